"""The outcomes of a request: a body, "not changed", or a named failure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from monitor.domain.feed import Validators

_PRINTABLE = re.compile(r"[\x20-\x7e]{1,1000}")


class Problem(StrEnum):
    """The ways in which a poll can fail."""

    BAD_URL = "bad-url"
    DNS = "dns"
    DNS_TEMPORARY = "dns-temporary"
    CONNECT = "connect"
    PROXY = "proxy"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    TRUNCATED = "truncated"
    BAD_COMPRESSION = "bad-compression"
    TOO_LARGE = "too-large"
    FORBIDDEN_ADDRESS = "forbidden-address"
    BAD_REDIRECT = "bad-redirect"
    REDIRECT_LOOP = "redirect-loop"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    UNASKED_304 = "unasked-304"
    CREDENTIALS = "credentials"
    TOO_FAST = "too-fast"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    GONE = "gone"
    SERVER_ERROR = "server-error"
    HTTP_STATUS = "http-status"
    NO_FEED = "no-feed"
    NO_MATCH = "no-match"
    PARSER = "parser"


UNREACHED = frozenset(
    {Problem.DNS, Problem.DNS_TEMPORARY, Problem.CONNECT, Problem.PROXY, Problem.TIMEOUT, Problem.PROTOCOL, Problem.TLS}
)
"""Problems that leave open whether there is a host at all: our own connection may be the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """One redirect: the status, and the absolute URL that it leads to."""

    status: int
    url: str


DELTA = 226
"""The status of an answer that holds only what is new (RFC 3229, "IM Used")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """There is no usable answer. `reason` is a sentence for the operator; `retry_at` is when the server asked us to come back."""

    problem: Problem
    reason: str
    url: str
    status: int | None = None
    retry_at: datetime | None = None
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A body, decompressed. `url` is where the redirects ended, `headers` have lower-case names, `wire_bytes` counts the bytes received.

    `broken` is why the body may lack its end, where the caller asked for what there is.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int
    redirects: tuple[Redirect, ...] = ()
    broken: FetchFailure | None = None

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the body."""
        return hashlib.sha256(self.body).digest()

    @property
    def validators(self) -> Validators:
        """The validators for the next request; a value that cannot be sent in a header is left out."""
        return Validators(etag=_sendable(self.headers.get("etag")), last_modified=_sendable(self.headers.get("last-modified")))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing has changed since it sent the validators."""

    url: str
    headers: Mapping[str, str]
    redirects: tuple[Redirect, ...] = ()


def _sendable(value: str | None) -> str | None:
    return value if value is not None and _PRINTABLE.fullmatch(value) else None


Outcome = Fetched | NotModified | FetchFailure


def permanent_target(redirects: tuple[Redirect, ...]) -> str | None:
    """Return where the permanent redirects (301, 308) lead that begin with the first request; None if the first is not permanent."""
    moved = None
    for redirect in redirects:
        if redirect.status not in {301, 308}:
            break
        moved = redirect.url
    return moved
