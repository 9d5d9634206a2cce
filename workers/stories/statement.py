"""A statement as it is compared: what one source says, with its facts weighed by how rare they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from monitor.domain.ids import ArticleId
from workers.stories.boilerplate import without_boilerplate
from workers.stories.facts import TOKEN, Facts, identifiers

NAME_WEIGHT: Final = 1.5
HEADLINE_WEIGHT: Final = 1.5
COMPARED_WORDS: Final = 200
"""Words of two texts that are aligned to see what stands in their slots."""
_TEXT_CHARACTERS: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weights of a statement's words: `idf` of each, `vector` of words and names together (length 1), `names` of its names alone."""

    idf: Mapping[str, float]
    vector: Mapping[str, float]
    names: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One source's report. `dated_at` is when it was published, or fetched if that is unknown."""

    article_id: ArticleId
    source: str
    link: str | None
    dated_at: datetime
    facts: Facts
    weights: Weights
    title: str = field(repr=False)
    text: str = field(repr=False)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words of title and text as written, without boilerplate."""
        return tuple(TOKEN.findall(f"{self.title}\n{without_boilerplate(self.text[:_TEXT_CHARACTERS])}"))

    @cached_property
    def lowered(self) -> tuple[str, ...]:
        """The words in lower case."""
        return tuple(word.lower() for word in self.tokens)

    @cached_property
    def triples(self) -> frozenset[tuple[str, ...]]:
        """The runs of three words."""
        low = self.lowered
        return frozenset(zip(low, low[1:], low[2:], strict=False)) or frozenset([low])

    @cached_property
    def bag(self) -> frozenset[str]:
        """The different words."""
        return frozenset(self.lowered)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """The identifiers among its words and names."""
        return identifiers((*self.facts.words, *self.facts.names))


def weigh(facts: Facts, idf: Callable[[str], float]) -> Weights:
    """Return the weights of a statement's words by their inverse document frequency; a name counts more, also in the headline."""
    rarity = {word: value for word in {**facts.words, **facts.names} if (value := idf(word)) > 0}
    names = {
        word: _damped(count) * rarity.get(word, 0.0) * (HEADLINE_WEIGHT if word in facts.headline else 1.0)
        for word, count in facts.names.items()
    }
    vector = {word: _damped(count) * rarity.get(word, 0.0) for word, count in facts.words.items()}
    for word, weight in names.items():
        vector[word] = vector.get(word, 0.0) + NAME_WEIGHT * weight
    return Weights(idf=rarity, vector=scaled(vector), names=names)


def scaled(weights: Mapping[str, float]) -> dict[str, float]:
    """Return positive weights scaled to length 1."""
    length = math.sqrt(sum([weight * weight for weight in weights.values()])) or 1.0
    return {word: weight / length for word, weight in weights.items() if weight > 0}


def dot(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """Return the scalar product of two sparse vectors."""
    if len(first) > len(second):
        first, second = second, first
    return sum([first[word] * second[word] for word in filter(second.__contains__, first)])


def nearest_of(statement: Statement, others: Sequence[Statement]) -> tuple[Statement, float]:
    """Return the first of the likest of other statements, and its cosine."""
    vector = statement.weights.vector
    cosines = [dot(vector, other.weights.vector) for other in others]
    best = max(cosines)
    return others[cosines.index(best)], best


def _damped(count: int) -> float:
    return 1.0 if count == 1 else 1 + math.log(count)
