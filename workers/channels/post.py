"""An HTTP POST, ready to be sent. Addresses and headers are secrets and never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import SecretStr

from monitor.domain.delivery import AttemptResult
from monitor.settings.channels import HttpChannel

ReadReply = Callable[[AttemptResult, Mapping[str, Any]], AttemptResult]
"""Corrects a result by the JSON of the answer, for a service that says there what its status does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Files with which we identify ourselves (`certificate`, `key`) and by which we trust the receiver (`authorities`)."""

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An HTTP POST, or with another `method` a change of what was posted.

    `then` is sent after this one was accepted; if it fails, that is no failure of this one.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes
    proxy: str | None = field(default=None, repr=False)
    tls: Tls | None = None
    read_reply: ReadReply | None = None
    then: Post | None = None
    method: Literal["POST", "PATCH"] = "POST"


def json_post(
    url: str,
    content: Any,
    *,
    proxy: SecretStr | None = None,
    tls: Tls | None = None,
    headers: Mapping[str, str] | None = None,
    read_reply: ReadReply | None = None,
) -> Post:
    """Return a POST of `content` as JSON."""
    return Post(
        url=url,
        headers={"content-type": "application/json; charset=utf-8", **(headers or {})},
        body=orjson.dumps(content),
        proxy=None if proxy is None else proxy.get_secret_value(),
        tls=tls,
        read_reply=read_reply,
    )


def tls_of(channel: HttpChannel) -> Tls:
    """Return the certificates that a channel's settings name."""
    return Tls(certificate=channel.client_cert, key=channel.client_key, authorities=channel.ca_file)
