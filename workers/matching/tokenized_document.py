"""A document as the automaton sees it, and the way back from there to the characters of title and body."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Final

from monitor.domain.match import Document, Field, Match
from workers.matching import normalize

_BORDER: Final = b"\x01"
"""Stands as a word between title and body: no folded word contains it."""
_GAP_AND_WORD: Final = re.compile(rb"\s*\S+")
_FEW: Final = 8
"""Questions after which a table of all answers is cheaper."""
_FEW_SPANS: Final = 4
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_SENTENCE_END: Final = re.compile(r"[.!?…۔؟。！？][\"'”’»)\]]*(\s|$)|[。！？]")
_LINE_REACH: Final = 400
"""Characters on each side of a word that count as its line: a headline is no longer, and a text without line ends is one line."""
_INITIALS: Final = re.compile(r"\w(?:\.\w)+")
"""`U.S` and the like: the dot behind belongs to it, also at a sentence's end."""
_OPENING: Final = "\"'“‘«([¿¡*_„ "
_ABBREVIATIONS: Final = frozenset(
    b"st ste dr mr mrs ms gen col lt sgt maj cmdr adm sen rep gov prof capt jr sr messrs vs inc corp co ltd mt ft no rev hon pres jan "
    b"feb mar apr jun jul aug sept sep oct nov dec".split()
)


class _Passage:
    """Title or body: its folded words, and where they stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words, self._even = normalize.words_and_bytes(text)
        self._asked = 0

    def span(self, number: int) -> tuple[int, int]:
        """The characters of a word. The first few are found one by one, where a word's bytes are its characters."""
        if self._even is None:
            return self._spans[number]
        self._asked += 1
        word = self.words[number]
        end = self._ends[number] if self._asked > _FEW_SPANS else self._end(number, word)
        return end - len(word), end

    def _end(self, number: int, word: bytes) -> int:
        """Most words that are asked for are the first of their kind, and need no counting."""
        assert self._even is not None
        if number and self.words.index(word) == number:
            at = self._even.find(b" " + word + b" ")
            if at >= 0:
                return at + 1 + len(word)
        return len(self._even) - len(self._even.split(None, number)[-1]) + len(word)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return normalize.spans(self.text)

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(len, _GAP_AND_WORD.findall(self._even or b""))))


class TokenizedDocument:
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
        return list(accumulate(map((1).__add__, map(len, self.words)), initial=1))

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
        """The line of the original that a word stands on; of a long one, the part around the word."""
        text, (start, end) = self.text(self.field(word)), self.span(word)
        low, high = max(0, start - _LINE_REACH), min(len(text), end + _LINE_REACH)
        stop = text.find("\n", end, high)
        return text[max(low, text.rfind("\n", low, start) + 1) : stop if stop >= 0 else high]

    def match(self, word_range: tuple[int, int]) -> Match:
        """The occurrence made of the words from the first to the last of `word_range`, as the outside sees it."""
        first, last = word_range
        title = first < self._in_title
        passage, shift = (self._title, 0) if title else (self._body, self._in_title + 1)
        start, end = passage.span(first - shift)
        if last != first:
            end = passage.span(last - shift)[1]
            end += passage.text.startswith(".", end) and _INITIALS.fullmatch(passage.text, start, end) is not None
        return Match(field=Field.TITLE if title else Field.BODY, start=start, end=end, text=passage.text[start:end])
