"""Keep secrets out of everything that is shown: a process remembers those of its configuration, and masks them wherever they occur in a text.

A secret is recognized as it stands, and as JSON, HTML and URLs write it.
"""

from __future__ import annotations

import html
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from threading import Lock
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, quote_plus

from ahocorasick_rs import AhoCorasick, MatchKind

MASK: Final = "***"
SHORTEST: Final = 8
"""A shorter value is part of too many words to be masked."""


class _Known:
    """What is masked in this process: each text and what stands in its place. Nothing is ever forgotten, so that no late error shows it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.places: Mapping[str, str] = MappingProxyType({})
        self.matcher: tuple[AhoCorasick, tuple[str, ...]] | None = None


_KNOWN: Final = _Known()


def remember(secrets: Iterable[str], addresses: Mapping[str, str] = MappingProxyType({})) -> None:
    """Mask these secrets from now on, and put what they map to in the place of `addresses`."""
    added = {form: MASK for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
    added |= {
        form: shown for address, place in addresses.items() for form, shown in zip(_written(address), _written(place), strict=True)
    }
    with _KNOWN.lock:
        if added.keys() <= _KNOWN.places.keys():
            return
        _KNOWN.places = {**added, **_KNOWN.places}
        automaton = AhoCorasick(list(_KNOWN.places), matchkind=MatchKind.LeftmostLongest)
        _KNOWN.matcher = automaton, tuple(_KNOWN.places.values())


def mask(text: str) -> str:
    """Return `text` with every secret masked."""
    if _KNOWN.matcher is None:
        return text
    automaton, places = _KNOWN.matcher
    found = automaton.find_matches_as_indexes(text)
    if not found:
        return text
    parts: list[str] = []
    before = 0
    for index, start, end in found:
        parts += text[before:start], places[index]
        before = end
    return "".join((*parts, text[before:]))


def mask_bytes(body: bytes) -> bytes:
    """Return UTF-8 with every secret masked."""
    if _KNOWN.matcher is None:
        return body
    text = body.decode("utf-8", "replace")
    masked = mask(text)
    return body if masked is text else masked.encode()


@contextmanager
def masked_output() -> Iterator[None]:
    """Mask what is printed to the standard output and to the standard error until the end of the context."""
    with ExitStack() as stack:
        for stream, redirect in ((sys.stdout, redirect_stdout), (sys.stderr, redirect_stderr)):
            if isinstance(stream, io.TextIOWrapper):
                masked = _MaskedText(stream)
                stack.callback(masked.give_back)
                stack.enter_context(redirect(masked))
        yield


class _MaskedText(io.TextIOWrapper):
    """Writes to the buffer of another stream, masked."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        stream.flush()
        buffering = {"line_buffering": stream.line_buffering, "write_through": stream.write_through}
        super().__init__(stream.buffer, encoding=stream.encoding, errors=stream.errors, newline="\n", **buffering)

    def write(self, text: str) -> int:
        """Write a text."""
        super().write(mask(text))
        return len(text)

    def give_back(self) -> None:
        """Write what is left, and leave the buffer to the stream it is from."""
        try:
            self.flush()
        finally:
            self.detach()


def _forms(secret: str) -> set[str]:
    return {*_written(secret), quote(secret, safe=""), quote(secret), quote_plus(secret)}


def _written(text: str) -> tuple[str, ...]:
    return text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], html.escape(text)
