"""From a number to the few numbers it belongs to, small enough for a hundred thousand of them."""

from __future__ import annotations

from array import array


class Owners:
    """Owners of numbered things; most have one."""

    def __init__(self) -> None:
        self._many: dict[int, tuple[int, ...]] = {}
        self._one = array("i")

    def add(self, key: int, owner: int) -> None:
        """Note one more owner."""
        self._many[key] = (*self._many.get(key, ()), owner)

    def freeze(self, size: int) -> None:
        """Keep single owners in an array; `size` is the number of keys."""
        self._one = array("i", [-1]) * size
        for key in [key for key, owners in self._many.items() if len(owners) == 1]:
            (self._one[key],) = self._many.pop(key)

    def of(self, key: int) -> tuple[int, ...]:
        """The owners of a key."""
        one = self._one[key]
        return (one,) if one >= 0 else self._many.get(key, ())
