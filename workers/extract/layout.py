"""A document as the automaton sees it, and the way back from there to the characters of title and body."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

from monitor.domain.match import Document, Field, Match
from workers.extract import fold

_BORDER: Final = b"\x01"
"""Stands as a word between title and body: no folded word contains it."""
_FEW: Final = 16
"""Questions after which a table of all answers is cheaper."""
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_SENTENCE_END: Final = re.compile(r"[.!?…۔؟。！？][\"'”’»)\]]*(\s|$)|[。！？]")
_OPENING: Final = "\"'“‘«([¿¡*_„ "
_ABBREVIATIONS: Final = frozenset(
    b"st ste dr mr mrs ms gen col lt sgt maj cmdr adm sen rep gov prof capt jr sr messrs vs inc corp co ltd mt ft no rev hon pres jan "
    b"feb mar apr jun jul aug sept sep oct nov dec".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """An occurrence: the numbers of its first and last word in a layout, and its characters in the original field."""

    first: int
    last: int
    field: Field
    start: int
    end: int


class _Passage:
    """Title or body: its folded words, and where they stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words, self._even = fold.words_and_bytes(text)
        self._spans: list[tuple[int, int]] | None = None
        self._asked = 0

    def span(self, number: int) -> tuple[int, int]:
        """The characters of a word. The first few are found one by one, where a word's bytes are its characters."""
        if self._spans is None:
            self._asked += 1
            if self._even is not None and self._asked <= _FEW:
                start = len(self._even) - len(self._even.split(None, number)[-1])
                return start, start + len(self.words[number])
            self._spans = fold.spans(self.text)
        return self._spans[number]


class Layout:
    """The folded words of a document in one row: the title's, a border, the body's. A word is named by its number in that row.

    `flat` is the row as bytes, a space on each side of every word: what the automaton scans. All the rest is made when first asked for,
    since most articles match nothing.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._title = _Passage(document.title)
        self._body = _Passage(document.body)
        self._in_title = len(self._title.words)
        self.words = [*self._title.words, _BORDER, *self._body.words]
        self.flat = b" " + b" ".join(self.words) + b" "
        self._asked = 0

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate(map(len, self.words), lambda at, length: at + length + 1, initial=1))

    @property
    def border(self) -> int:
        """The number of the border between title and body, which counts as a word."""
        return self._in_title

    def word_at(self, byte: int) -> int:
        """The number of the word that holds this byte of `flat`, or that begins after the space there."""
        self._asked += 1
        if self._asked <= _FEW:
            return self.flat.count(b" ", 0, byte + 1) - 1
        return bisect_right(self._starts, byte + 1) - 1

    def places_of(self, folded: bytes) -> list[int]:
        """The words that fold to this."""
        sought, at, places = b" " + folded + b" ", -1, []
        while (at := self.flat.find(sought, at + 1)) >= 0:
            places.append(self.word_at(at))
        return places

    def field(self, word: int) -> Field:
        """Title or body."""
        return Field.TITLE if word < self._in_title else Field.BODY

    def text(self, field: Field) -> str:
        """The original of a field."""
        return self.document.title if field is Field.TITLE else self.document.body

    def span(self, word: int) -> tuple[int, int]:
        """The characters of a word in its field."""
        return self._title.span(word) if word < self._in_title else self._body.span(word - self._in_title - 1)

    def written(self, word: int) -> str:
        """A word as the article writes it."""
        start, end = self.span(word)
        return self.text(self.field(word))[start:end]

    def inside(self, first: int, last: int) -> bool:
        """Whether these are words of one field."""
        return 0 <= first <= last < len(self.words) and not first <= self._in_title <= last

    def joint(self, word: int) -> str:
        """What stands between a word and the next of the same field; a blank line where there is none."""
        if not self.inside(word, word + 1):
            return "\n\n"
        return self.text(self.field(word))[self.span(word)[1] : self.span(word + 1)[0]]

    def breaks_after(self, word: int) -> bool:
        """Whether a sentence or a paragraph ends after this word. Abbreviations (`St. Louis`) and initials end none."""
        joint = self.joint(word)
        if joint == " ":
            return False
        if _PARAGRAPH.search(joint):
            return True
        if not _SENTENCE_END.search(joint):
            return False
        if not joint.startswith(". "):
            return True
        folded = self.words[word]
        return not (len(folded) == 1 or folded in _ABBREVIATIONS or not self.written(word + 1)[0].isupper())

    def begins_sentence(self, word: int) -> bool:
        """Whether a capital says nothing here: first in its field, after a sentence's end, or on a new line."""
        if not self.inside(word - 1, word):
            return True
        joint = self.joint(word - 1)
        return (
            "\n" in joint
            or self.breaks_after(word - 1)
            or (joint.rstrip(_OPENING)[-1:] in {".", "!", "?", ":", "…"} and " " in joint)
        )

    def line(self, word: int) -> str:
        """The line of the original that a word stands on."""
        text, (start, end) = self.text(self.field(word)), self.span(word)
        stop = text.find("\n", end)
        return text[text.rfind("\n", 0, start) + 1 : stop if stop >= 0 else len(text)]

    def place(self, first: int, last: int) -> Place:
        """The occurrence made of these words."""
        return Place(first, last, self.field(first), self.span(first)[0], self.span(last)[1])

    def match(self, place: Place) -> Match:
        """An occurrence as the outside sees it."""
        return Match(field=place.field, start=place.start, end=place.end, text=self.text(place.field)[place.start : place.end])
