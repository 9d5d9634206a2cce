"""In how many articles a word is to be expected: what has been read so far, and before that the table of each language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final, TypeAlias

from monitor.domain.word_counts import WordCounts
from workers.language.word_frequencies import expected_share, languages_of, word_key
from workers.matching.stems import stem

Counted: TypeAlias = Callable[[Collection[int]], WordCounts]
"""Return how many of the articles that have been read had each of some words, by `word_key` of the word or its stem."""

_TABLE_WORTH: Final = 200
"""The table counts as much as this many articles that have been read."""
_UNLISTED: Final = 2e-4
"""The share of a word of one letter that no table lists; longer ones are expected less."""
_BEGINNING: Final = 0.8
_LETTER: Final = 0.55
"""How much rarer words with given letters at the beginning are with each of the letters."""


def _nothing_read(_: Collection[int]) -> WordCounts:
    return WordCounts()


class WordShares:
    """The shares of articles in which words are to be expected; counts are asked for once a word."""

    def __init__(self, counted: Counted = _nothing_read) -> None:
        self._counted = counted
        self._shares: dict[str, float] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Ask for the counts of those normalized words that are not known yet, all at once."""
        missing = [word for word in dict.fromkeys(words) if word not in self._shares]
        if not missing:
            return
        keys = {word: _keys(word) for word in missing} if self._counted is not _nothing_read else {}
        read = self._counted({key for found in keys.values() for key in found}) if keys else WordCounts()
        for word in missing:
            seen = max((read.articles.get(key, 0) for key in keys.get(word, ())), default=0)
            table = max([expected_share(word, language) for language in languages_of(word)], default=0.0)
            expected = table or _UNLISTED / len(word)
            self._shares[word] = min(1.0, (seen + _TABLE_WORTH * expected) / (read.total + _TABLE_WORTH))

    def of_word(self, word: str) -> float:
        """Return the share of a normalized word."""
        if word not in self._shares:
            self.learn((word,))
        return self._shares[word]

    def of_beginning(self, letters: str) -> float:
        """Return a guess at the share of articles with a word that begins with these letters."""
        return float(max(_BEGINNING * _LETTER ** len(letters), self.of_word(letters)))


def _keys(word: str) -> set[int]:
    return {word_key(word), *(word_key(stem(word, language).decode("utf-8", "replace")) for language in languages_of(word))}
