"""Nearness counted in words. The words of title and body lie in one row with a border between them that nothing reaches across."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from workers.query.syntax import Gap

Spot: TypeAlias = tuple[int, int]
"""An occurrence: the numbers of its first and last word in the layout."""


class Reach:
    """Occurrences that can be asked whether one of them lies within some words of a spot, in logarithmic time."""

    def __init__(self, word_ranges: Sequence[Spot], border: int) -> None:
        self._border = border
        self._firsts = sorted(first for first, _ in word_ranges)
        self._lasts = sorted(last for _, last in word_ranges)

    def before(self, word_range: Spot, words: int) -> bool:
        """Whether one ends at most `words` words before the spot begins."""
        low = max(word_range[0] - words, 0 if word_range[0] < self._border else self._border + 1)
        return bisect_left(self._lasts, low) < bisect_left(self._lasts, word_range[0])

    def after(self, word_range: Spot, words: int) -> bool:
        """Whether one begins at most `words` words after the spot ends."""
        high = word_range[1] + words
        if word_range[1] < self._border:
            high = min(high, self._border - 1)
        return bisect_right(self._firsts, word_range[1]) < bisect_right(self._firsts, high)

    def around(self, word_range: Spot, words: int) -> bool:
        """Whether one overlaps the spot or lies within `words` words of it."""
        return self.before(word_range, words) or self.after(
            (word_range[0] - 1, word_range[0] - 1), word_range[1] - word_range[0] + 1 + words
        )


def chain(operands: Sequence[Sequence[Spot]], gaps: Sequence[Gap], border: int) -> list[Spot]:
    """The occurrences that belong to a choice of one of each operand in which every neighbour is near: empty if there is no such choice.

    A sweep forward keeps what can be reached from the first operand, a sweep back what also reaches the last.
    """
    alive = [list(operands[0])]
    for word_ranges, gap in zip(operands[1:], gaps, strict=True):
        reach = Reach(alive[-1], border)
        alive.append([s for s in word_ranges if reach.before(s, gap.words) or (not gap.ordered and reach.after(s, gap.words))])
    for i in range(len(gaps) - 1, -1, -1):
        reach, gap = Reach(alive[i + 1], border), gaps[i]
        alive[i] = [s for s in alive[i] if reach.after(s, gap.words) or (not gap.ordered and reach.before(s, gap.words))]
    return sorted({word_range for word_ranges in alive for word_range in word_ranges}) if all(alive) else []
