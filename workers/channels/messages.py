"""What is handed to the sender: a finished message, its address and its headers. Addresses and headers are secrets and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Files with which we identify ourselves (`certificate`, `key`) and by which we trust the receiver (`authorities`)."""

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An HTTP POST. `replies` names a service that says in the body of its answer what came of it (`slack`, `telegram`).

    `then` follows once this was taken; what comes of it does not matter.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes
    proxy: str | None = field(default=None, repr=False)
    tls: Tls | None = None
    replies: str | None = None
    then: Post | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """Whole lines for the end of a file."""

    path: Path
    lines: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseMessage:
    """A title and a plain text for one of Apprise's services."""

    url: str = field(repr=False)
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A finished e-mail (RFC 5322 bytes) and the server that takes it."""

    host: str
    port: int
    encryption: str
    username: str | None = field(repr=False)
    password: str | None = field(repr=False)
    sender: str
    recipients: tuple[str, ...]
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLines:
    """What goes into our own log: per alert its id, term, severity and title."""

    lines: tuple[Mapping[str, str], ...]


Message = Post | FileLines | AppriseMessage | Mail | LogLines
