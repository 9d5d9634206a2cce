"""Items already read: a feed that has changed still holds most of what it held before.

What an item is read as depends on its bytes and on what surrounds it; both are the key, so that remembering changes nothing but the time it takes.
"""

from __future__ import annotations

import hashlib

from monitor.parse.items import Item

MAX_BYTES = 24_000_000
"""Of items as they stand in their feeds; read, they take three to four times as much."""
MAX_ITEM = 64_000
"""Longer items are not remembered."""


class KnownItems:
    """The items read last, up to `max_bytes`; for one thread."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._items: dict[bytes, tuple[Item, int]] = {}
        self._room = max_bytes

    def get(self, key: bytes) -> Item | None:
        """The item read under `key`, if it is still known."""
        found = self._items.pop(key, None)
        if found is None:
            return None
        self._items[key] = found
        return found[0]

    def add(self, key: bytes, item: Item, size: int) -> None:
        """Remember an item of `size` bytes, and forget those not asked for the longest."""
        if size > MAX_ITEM or key in self._items:
            return
        self._items[key] = (item, size)
        self._room -= size
        while self._room < 0:
            _, freed = self._items.pop(next(iter(self._items)))
            self._room += freed


def key_of(surroundings: str, markup: bytes) -> bytes:
    """The key of an item that stands as `markup` in these surroundings."""
    return hashlib.sha256(surroundings.encode("utf-8", "surrogatepass") + b"\0" + markup).digest()
