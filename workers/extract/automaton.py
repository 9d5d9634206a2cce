"""One pass over an article finds every pattern of the whole watch list."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation

_CERTAIN = 1


class Automaton:
    """The patterns of numbered leaves: each pattern belongs to one leaf and says whether a hit needs a second look."""

    def __init__(self, patterns: Iterable[tuple[int, bytes, bool]]) -> None:
        """`patterns`: (leaf, what to look for in `Layout.flat`, whether a hit is certain)."""
        owners = array("I")
        texts = []
        for leaf, pattern, certain in patterns:
            owners.append(leaf << 1 | certain)
            texts.append(pattern)
        self._owners = owners
        self._machine = BytesAhoCorasick(texts, implementation=Implementation.ContiguousNFA) if texts else None

    def find(self, flat: bytes) -> list[tuple[int, int, int]]:
        """Every hit: (pattern number, first byte, byte after the last)."""
        return [] if self._machine is None else self._machine.find_matches_as_indexes(flat, overlapping=True)

    def leaf(self, pattern: int) -> int:
        """The leaf a pattern belongs to."""
        return self._owners[pattern] >> 1

    def certain(self, pattern: int) -> bool:
        """Whether a hit of this pattern is an occurrence of its leaf without a second look."""
        return bool(self._owners[pattern] & _CERTAIN)
