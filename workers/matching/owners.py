"""From a number to the few numbers it belongs to, small enough for a hundred thousand of them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence


class Owners:
    """Owners of things numbered from 0 to `size`; most have one or none."""

    def __init__(self, size: int = 0) -> None:
        self._first = array("i", [-1]) * size
        self._more: dict[int, list[int]] = {}

    def add(self, key: int, owner: int) -> None:
        """Note one more owner."""
        if self._first[key] < 0:
            self._first[key] = owner
        else:
            self._more.setdefault(key, [self._first[key]]).append(owner)

    def of(self, key: int) -> Sequence[int]:
        """The owners of a thing."""
        first = self._first[key]
        return () if first < 0 else self._more.get(key) or (first,)
