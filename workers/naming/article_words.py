"""Split an article into words with their places, and lines by how they are written. Fast, since every article is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

_WORD: Final = re.compile(
    r"[a-z]++(?![\w'’&-]|\.\w)"
    r"|\n\s*"
    r"|(?:[^\W\d_]\.){2,}"
    r"|(?:Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Col|Lt|Maj|Gov|Sgt|Prof|Capt|Rev|Hon|Cmdr|Adm|St|Mt|Ft|Inc|Corp|Ltd|Co|Jr|Sr|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|Bros|Blvd|Ave)\."
    r"|[A-Z]\.(?=\s?[A-Z])"
    r"|[^\W_]+(?:[.&-][^\W_]+|['’](?![sS]\b)[^\W_]+)*"
    r"|['’]s\b"
    r"|[^\w\s]"
)
_PREFIXED: Final = re.compile(r"\b(?:al|el|an|ar|as|ad)-[A-Z]")
"""Names that begin with an article in small letters: al-Assad."""
_PAIR: Final = re.compile(r"[A-Z][^-]*-[A-Z][^-]*")
_ENDS: Final = frozenset(".!?…:;")
_QUOTES: Final = frozenset("\"'“”‘’«»„(`[*•-–—")
_ENOUGH_CAPITALS: Final = 3
"""A line has fewer capitals than one in so many words if it is running text."""
_ENOUGH_WORDS: Final = 4
_ENOUGH_FOR_TITLE: Final = 5
_BREAKS: Final = frozenset(",;()/&|")
_LIST: Final = 6
"""Words to a comma up to which a line is a list of names rather than a headline."""
_LONG: Final = 3
"""Letters up to which a headline may write a word in small letters."""


class Writing(Enum):
    """How the words of a line are written."""

    RUNNING = "running"
    TITLE_CASE = "title case"
    CAPITALS = "capitals"


@dataclass(frozen=True, slots=True)
class Line:
    """The words from `first` to before `end`, and how they are written."""

    first: int
    end: int
    writing: Writing


class ArticleWords:
    """The words and signs of a text, where each begins, which are capitalized, and which words also occur in small letters."""

    def __init__(self, text: str, *, headline: bool = False, is_pair: Callable[[str], bool] | None = None) -> None:
        """Split a text; with `headline`, its first line is one. Words joined by a hyphen that `is_pair` says are two names become two."""
        self.text = text
        found = list(_WORD.finditer(text))
        self.words: list[str] = [match[0] for match in found]
        self.starts: list[int] = list(map(re.Match.start, found))
        if is_pair is not None:
            self._split_pairs(is_pair)
        self.capitalized = [word[0].isupper() for word in self.words]
        if _PREFIXED.search(text):
            self.capitalized = [
                capital or _PREFIXED.match(word) is not None for capital, word in zip(self.capitalized, self.words, strict=True)
            ]
        self.small = set(filter(str.islower, self.words))
        self.lines = self._lines(headline=headline)

    def _split_pairs(self, is_pair: Callable[[str], bool]) -> None:
        joined = [at for at, word in enumerate(self.words) if "-" in word and _PAIR.fullmatch(word) and is_pair(word)]
        for at in reversed(joined):
            word, start = self.words[at], self.starts[at]
            hyphen = word.index("-")
            self.words[at : at + 1] = [word[:hyphen], "-", word[hyphen + 1 :]]
            self.starts[at : at + 1] = [start, start + hyphen, start + hyphen + 1]

    def end(self, word: int) -> int:
        """Return where a word ends."""
        return self.starts[word] + len(self.words[word])

    def between(self, first: int, end: int) -> str:
        """Return the text from a word to before another."""
        return self.text[self.starts[first] : self.end(end - 1)]

    def begins_sentence(self, word: int) -> bool:
        """Whether a word begins a sentence, a line or a quotation."""
        at = word - 1
        while at >= 0 and self.words[at] in _QUOTES:
            at -= 1
        return at < 0 or self.words[at][0] == "\n" or self.words[at] in _ENDS or at < word - 1

    def _lines(self, *, headline: bool) -> list[Line]:
        ends = [at for at, word in enumerate(self.words) if word[0] == "\n"] if "\n" in self.text else []
        bounds = zip([0, *(end + 1 for end in ends)], [*ends, len(self.words)], strict=True)
        return [
            Line(first, end, self._writing(first, end, headline=headline and first == 0)) for first, end in bounds if first < end
        ]

    def _writing(self, first: int, end: int, *, headline: bool) -> Writing:
        if sum(self.capitalized[first:end]) * _ENOUGH_CAPITALS < end - first:
            return Writing.RUNNING
        words = [word for word in self.words[first:end] if word[0].isalpha()]
        if len(words) < _ENOUGH_WORDS:
            return Writing.RUNNING
        if sum(map(str.isupper, words)) > 0.6 * len(words):
            return Writing.CAPITALS
        long = [word for word in words if len(word) > _LONG]
        capitals = sum(word[0].isupper() for word in long)
        breaks = sum(word in _BREAKS for word in self.words[first:end])
        if (
            (headline or self.words[end - 1] not in _ENDS)
            and breaks * _LIST < len(words)
            and len(words) >= _ENOUGH_FOR_TITLE
            and capitals > (0.7 if headline else 0.85) * len(long)
        ):
            return Writing.TITLE_CASE
        return Writing.RUNNING
