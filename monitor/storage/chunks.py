"""Split long lists, since a statement takes a limited number of values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")

LARGEST = 500


def parts(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield `values` in order, at most 500 at a time."""
    return (values[start : start + LARGEST] for start in range(0, len(values), LARGEST))
