"""Cache what parts of documents were parsed to. The key is a hash of a part's bytes and of the context that decides how they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class LruCache(Generic[_T]):
    """Keeps the values used last, up to `max_bytes` of what they were parsed from. For one thread."""

    def __init__(self, max_bytes: int) -> None:
        self._found: dict[bytes, tuple[_T, int]] = {}
        self._max_bytes = self._room = max_bytes

    def get(self, key: bytes) -> _T | None:
        """Return the value of `key`, or None."""
        found = self._found.pop(key, None)
        if found is None:
            return None
        self._found[key] = found
        return found[0]

    def add(self, key: bytes, value: _T, size: int) -> None:
        """Store a value that was parsed from `size` bytes, and remove those not used for the longest time.

        A value from more than a hundredth of `max_bytes` is not stored.
        """
        if size > self._max_bytes // 100 or key in self._found:
            return
        self._found[key] = (value, size)
        self._room -= size
        while self._room < 0:
            _, freed = self._found.pop(next(iter(self._found)))
            self._room += freed


def key_function(context: str) -> Callable[[bytes], bytes]:
    """Return the function from bytes in this context to their key, 32 bytes."""
    common = hashlib.sha256(context.encode("utf-8", "surrogatepass") + b"\0")

    def key_of(markup: bytes) -> bytes:
        whole = common.copy()
        whole.update(markup)
        return whole.digest()

    return key_of
