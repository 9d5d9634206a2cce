"""Compare the positions of occurrences, counted in words; nothing reaches across the border between title and body."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from workers.query.syntax import Gap

WordRange: TypeAlias = tuple[int, int]
"""An occurrence: the numbers of its first and last word in the tokenized document."""


class OccurrenceIndex:
    """Occurrences that can be searched in logarithmic time for one within some words of a word range."""

    def __init__(self, word_ranges: Sequence[WordRange], field_border: int) -> None:
        """`field_border` is the number of the word between title and body."""
        self._field_border = field_border
        self._firsts = sorted(first for first, _ in word_ranges)
        self._lasts = sorted(last for _, last in word_ranges)

    def any_before(self, word_range: WordRange, within: int) -> bool:
        """Whether an occurrence ends at most `within` words before the word range begins."""
        low = max(word_range[0] - within, 0 if word_range[0] < self._field_border else self._field_border + 1)
        return bisect_left(self._lasts, low) < bisect_left(self._lasts, word_range[0])

    def any_after(self, word_range: WordRange, within: int) -> bool:
        """Whether an occurrence begins at most `within` words after the word range ends."""
        high = word_range[1] + within
        if word_range[1] < self._field_border:
            high = min(high, self._field_border - 1)
        return bisect_right(self._firsts, word_range[1]) < bisect_right(self._firsts, high)

    def any_around(self, word_range: WordRange, within: int) -> bool:
        """Whether an occurrence overlaps the word range or is within `within` words of it."""
        before_first = word_range[0] - 1
        return self.any_before(word_range, within) or self.any_after(
            (before_first, before_first), word_range[1] - before_first + within
        )


def overlapping(word_range: WordRange, others: Sequence[WordRange]) -> bool:
    """Whether a word range shares a word with one of `others`."""
    return any(first <= word_range[1] and word_range[0] <= last for first, last in others)


def far_from(word_ranges: Sequence[WordRange], excluded: Sequence[WordRange], within: int, field_border: int) -> list[WordRange]:
    """Return the word ranges that overlap no other one of `excluded` and have none within `within` words."""
    if not excluded:
        return list(word_ranges)
    everywhere, same = OccurrenceIndex(excluded, field_border), set(excluded)
    kept = []
    for word_range in word_ranges:
        index = everywhere
        if word_range in same:
            index = OccurrenceIndex([other for other in excluded if other != word_range], field_border)
        if not index.any_around(word_range, within):
            kept.append(word_range)
    return kept


def near_chain(operands: Sequence[Sequence[WordRange]], gaps: Sequence[Gap], field_border: int) -> list[WordRange]:
    """Return the occurrences that are part of a chain: one of each operand, all neighbours near enough. Empty if there is no chain.

    A sweep forward keeps what can be reached from the first operand, a sweep back what also reaches the last.
    """
    reachable = [list(operands[0])]
    for word_ranges, gap in zip(operands[1:], gaps, strict=True):
        previous = OccurrenceIndex(reachable[-1], field_border)
        reachable.append(
            [r for r in word_ranges if previous.any_before(r, gap.words) or (not gap.ordered and previous.any_after(r, gap.words))]
        )
    for i in range(len(gaps) - 1, -1, -1):
        following, gap = OccurrenceIndex(reachable[i + 1], field_border), gaps[i]
        reachable[i] = [
            r for r in reachable[i] if following.any_after(r, gap.words) or (not gap.ordered and following.any_before(r, gap.words))
        ]
    return sorted({word_range for word_ranges in reachable for word_range in word_ranges}) if all(reachable) else []
