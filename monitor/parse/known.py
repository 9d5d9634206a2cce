"""What was read before: a feed that has changed still holds most of what it held.

What a piece of a document is read as depends on its bytes and on what surrounds it; both are the key, so that remembering changes nothing but
the time it takes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from monitor.parse.items import FeedDocument, Item

MAX_BYTES = 24_000_000
"""Of items as they stand in their feeds; read, they take three to four times as much."""
MAX_FRAME_BYTES = 12_000_000
MAX_ONE = 64_000
"""Longer pieces are not remembered."""

_T = TypeVar("_T")


class Known(Generic[_T]):
    """The pieces read last, up to `max_bytes` of what they were read from; for one thread."""

    def __init__(self, max_bytes: int) -> None:
        self._pieces: dict[bytes, tuple[_T, int]] = {}
        self._room = max_bytes

    def get(self, key: bytes) -> _T | None:
        """The piece read under `key`, if it is still known."""
        found = self._pieces.pop(key, None)
        if found is None:
            return None
        self._pieces[key] = found
        return found[0]

    def add(self, key: bytes, piece: _T, size: int) -> None:
        """Remember a piece of `size` bytes, and forget those not asked for the longest."""
        if size > MAX_ONE or key in self._pieces:
            return
        self._pieces[key] = (piece, size)
        self._room -= size
        while self._room < 0:
            _, freed = self._pieces.pop(next(iter(self._pieces)))
            self._room += freed


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Items, and documents without their items."""

    items: Known[Item] = field(default_factory=lambda: Known(MAX_BYTES))
    frames: Known[FeedDocument] = field(default_factory=lambda: Known(MAX_FRAME_BYTES))


def keys_in(surroundings: str) -> Callable[[bytes], bytes]:
    """The function from what stands in these surroundings to its key."""
    common = hashlib.sha256(surroundings.encode("utf-8", "surrogatepass") + b"\0")

    def key_of(markup: bytes) -> bytes:
        whole = common.copy()
        whole.update(markup)
        return whole.digest()

    return key_of
