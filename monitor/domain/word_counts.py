"""Define how often words have been read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCounts:
    """The counts of some words, by 32-bit key, among `total` articles.

    `articles` had the word; `capitals` is how many more wrote it with a capital inside a sentence than without.
    """

    total: int = 0
    articles: Mapping[int, int] = field(default_factory=dict)
    capitals: Mapping[int, int] = field(default_factory=dict)
