"""What goes between the poller and its parser: pickles, each after its length in 8 bytes."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

HEAD = 8
"""Bytes of a message's length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The parser has raised, which it never should: `error` says what."""

    error: str


def framed(message: object) -> bytes:
    """A message as it goes over the socket."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(HEAD) + body
