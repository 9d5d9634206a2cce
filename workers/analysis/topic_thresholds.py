"""Propose how near to its topic a sentence must be for an `about` term, by how near all stored articles come. Pure."""

from __future__ import annotations

import math
from typing import Final

_DEVIATIONS: Final = 3.5
"""Standard deviations above the mean from which an article is taken to be about a topic. See docs/matching.md for what it gives."""
_LEAST: Final = 30
"""Articles from which a threshold is proposed."""
_HIGHEST: Final = 0.9


class NearnessStatistics:
    """Mean and spread of how near articles come to one topic, in memory that does not grow with them."""

    def __init__(self) -> None:
        self._count = 0
        self._sum = 0.0
        self._squares = 0.0

    def add(self, nearness: float) -> None:
        """Count an article."""
        self._count += 1
        self._sum += nearness
        self._squares += nearness * nearness

    @property
    def proposed(self) -> float | None:
        """Return the threshold to propose; None where too few articles say what is usual."""
        if self._count < _LEAST:
            return None
        mean = self._sum / self._count
        spread = math.sqrt(max(0.0, self._squares / self._count - mean * mean))
        return round(min(_HIGHEST, mean + _DEVIATIONS * spread), 2)
