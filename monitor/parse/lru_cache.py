"""What was read before: what a piece of a document is read as depends on its bytes and on what surrounds it; both together are its key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class LruCache(Generic[_T]):
    """What was read last, up to `max_bytes` of what it was read from; for one thread."""

    def __init__(self, max_bytes: int) -> None:
        self._found: dict[bytes, tuple[_T, int]] = {}
        self._max_bytes = self._room = max_bytes

    def get(self, key: bytes) -> _T | None:
        """What was read under `key`, if it is still known."""
        found = self._found.pop(key, None)
        if found is None:
            return None
        self._found[key] = found
        return found[0]

    def add(self, key: bytes, value: _T, size: int) -> None:
        """Remember what was read from `size` bytes, and forget what was not asked for the longest. Too much at once is not remembered."""
        if size > self._max_bytes // 100 or key in self._found:
            return
        self._found[key] = (value, size)
        self._room -= size
        while self._room < 0:
            _, freed = self._found.pop(next(iter(self._found)))
            self._room += freed


def keys_in(surroundings: str) -> Callable[[bytes], bytes]:
    """The function from what stands in these surroundings to its key, 32 bytes."""
    common = hashlib.sha256(surroundings.encode("utf-8", "surrogatepass") + b"\0")

    def key_of(markup: bytes) -> bytes:
        whole = common.copy()
        whole.update(markup)
        return whole.digest()

    return key_of
