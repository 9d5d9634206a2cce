"""How rare words are and how they are written: what has been read so far, and before that what is to be expected of each language."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Final

from monitor.domain.word_counts import WordCounts
from workers.language.word_frequencies import expected_share, word_key
from workers.stories.facts import LEAD_WORDS, MAX_WORD, NO_SPACE, Facts, stemmed, words_inside, words_of_passage

EXPECTED_ARTICLES: Final = 2000
"""The expected frequencies count as much as this many articles that have been read."""
_LOOKED_UP: Final = 2 * LEAD_WORDS


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The frequencies of words for statements in one language."""

    counts: WordCounts
    language: str
    _idf: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def capitalized(self, word: str) -> int:
        """Return how many more articles wrote this lower-case word with a capital inside a sentence than without."""
        return self.counts.capitals.get(word_key(word), 0)

    def idf(self, word: str) -> float:
        """Return the inverse document frequency of a stem or lower-case word, 0 or more."""
        known = self._idf.get(word)
        if known is None:
            seen = self.counts.articles.get(word_key(word), 0) + EXPECTED_ARTICLES * expected_share(word, self.language)
            known = self._idf[word] = max(0.0, math.log((self.counts.total + EXPECTED_ARTICLES + 1) / (seen + 0.5)))
        return known


@dataclass(slots=True)
class Learned:
    """What a batch of statements adds to the counts."""

    articles: int = 0
    words: Counter[int] = field(default_factory=Counter)
    capitals: Counter[int] = field(default_factory=Counter)

    def add(self, facts: Facts, passages: Sequence[str]) -> None:
        """Count one statement."""
        self.articles += 1
        self.words.update(map(word_key, facts.words.keys() | facts.names.keys()))
        capital, inside = words_inside(passages[: facts.sentences])
        for word, count in inside.items():
            self.capitals[word_key(word)] += 2 * capital[word] - count


def words_to_look_up(passages: Iterable[str], language: str | None) -> set[int]:
    """Return the keys of all words that reading these passages may ask for."""
    forms: set[str] = set()
    count = 0
    for passage in passages:
        words = words_of_passage(passage).lowered[:_LOOKED_UP]
        forms.update(words)
        if not passage.isascii():
            forms.update("".join(words[at : at + 2]) for at, word in enumerate(words) if NO_SPACE.match(word))
        count += len(words)
        if count > _LOOKED_UP:
            break
    found = set(chain.from_iterable([_keys_of(word, language or "") for word in forms if word.isalpha()]))
    found.update([word_key(word) for word in forms if not word.isalpha()])
    found.update([word_key(word[:MAX_WORD]) for word in forms if len(word) > MAX_WORD])
    return found


@lru_cache(maxsize=50_000)
def _keys_of(word: str, language: str) -> tuple[int, ...]:
    """Return the keys of a lower-case word of letters, as written and of its stem."""
    return tuple({word_key(word), word_key(stemmed(word, language))})
