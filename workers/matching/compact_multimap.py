"""Map numbers to a few numbers each, in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Sequence


class CompactMultimap:
    """A map from the keys 0 to `size` - 1 to lists of numbers; made for a hundred thousand keys of which most have one number or none."""

    def __init__(self, size: int = 0) -> None:
        self._first = array("i", [-1]) * size
        self._lists: dict[int, list[int]] = {}  # only for keys with two or more values

    def add(self, key: int, value: int) -> None:
        """Add `value`, which is 0 or more, to the values of `key`."""
        if self._first[key] < 0:
            self._first[key] = value
        else:
            self._lists.setdefault(key, [self._first[key]]).append(value)

    def get(self, key: int) -> Sequence[int]:
        """Return the values of `key` in the order in which they were added."""
        first = self._first[key]
        return () if first < 0 else self._lists.get(key) or (first,)
