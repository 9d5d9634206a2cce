"""Split a document into normalized words, and map these back to the characters of title and body."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Final

from monitor.domain.match import Document, Field, Match
from workers.matching import normalize

_BORDER: Final = b"\x01"
"""Counts as a word between title and body; no normalized word contains it."""
_NO_WORD: Final = b"\x02"
"""Stands for each word of an aside, so that nothing is found there and all other words keep their numbers."""
_GAP_AND_WORD: Final = re.compile(rb"\s*\S+")
_MAX_SINGLE_LOOKUPS: Final = 8
"""Lookups after which a table of all results is cheaper."""
_MAX_SINGLE_SPANS: Final = 4
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_SENTENCE_END: Final = re.compile(r"[.!?…۔؟。！？][\"'”’»)\]]*(\s|$)|[。！？]")
_LINE_REACH: Final = 400
"""Characters on each side of a word that count as its line: a headline is no longer, and a text without line ends is one line."""
_INITIALS: Final = re.compile(r"\w(?:\.\w)+")
"""Initials such as `U.S`: the dot after them belongs to them, also at the end of a sentence."""
_OPENING: Final = "\"'“‘«([¿¡*_„ "
_ABBREVIATIONS: Final = frozenset(
    b"st ste dr mr mrs ms gen col lt sgt maj cmdr adm sen rep gov prof capt jr sr messrs vs inc corp co ltd mt ft no rev hon pres jan "
    b"feb mar apr jun jul aug sept sep oct nov dec".split()
)


class _FieldText:
    """The title or the body: its normalized words, and their positions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words, self._aligned_bytes = normalize.words_and_bytes(text)
        self._lookups = 0

    def span(self, number: int) -> tuple[int, int]:
        """Return the character range of a word. The first few are found one by one, later ones from a table."""
        if self._aligned_bytes is None:
            return self._spans[number]
        self._lookups += 1
        word = self.words[number]
        end = self._ends[number] if self._lookups > _MAX_SINGLE_SPANS else self._end(number, word)
        return end - len(word), end

    def _end(self, number: int, word: bytes) -> int:
        """Return the end of a word. Most words asked for are the first of their kind, and need no counting."""
        assert self._aligned_bytes is not None
        if number and self.words.index(word) == number:
            at = self._aligned_bytes.find(b" " + word + b" ")
            if at >= 0:
                return at + 1 + len(word)
        return len(self._aligned_bytes) - len(self._aligned_bytes.split(None, number)[-1]) + len(word)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return normalize.word_spans(self.text)

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(len, _GAP_AND_WORD.findall(self._aligned_bytes or b""))))


def _without_asides(document: Document, words: list[bytes]) -> list[bytes]:
    """Return the words of the body, those that reach into an aside blanked."""
    kept, body, number, end = list(words), document.body, 0, 0
    for aside in document.asides:
        number += len(normalize.words(body[end : aside.start]))
        count = len(normalize.words(body[aside.start : aside.end]))
        kept[number : number + count] = [_NO_WORD] * count
        number, end = number + count, aside.end
    if number + len(normalize.words(body[end:])) != len(words) or any(
        _cuts_word(body, at) for aside in document.asides for at in (aside.start, aside.end)
    ):
        return _without_cut_words(document, words)
    return kept


def _cuts_word(body: str, at: int) -> bool:
    return body[max(0, at - 1) : at].isalnum() and body[at : at + 1].isalnum()


def _without_cut_words(document: Document, words: list[bytes]) -> list[bytes]:
    """Do what `_without_asides` does where an aside begins or ends inside a word, at ten times the cost."""
    asides = iter(document.asides)
    aside = next(asides, None)
    kept = list(words)
    for number, (start, end) in enumerate(normalize.word_spans(document.body)):
        while aside is not None and aside.end <= start:
            aside = next(asides, None)
        if aside is None:
            break
        if end > aside.start:
            kept[number] = _NO_WORD
    return kept


class TokenizedDocument:
    """The normalized words of a document in one list: those of the title, a border, those of the body. A word is identified by its number.

    `normalized_bytes` are the words as bytes, with a space on each side of every word: the input of the automaton. Everything else is
    computed when it is first asked for, since most articles match nothing.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._title = _FieldText(document.title)
        self._body = _FieldText(document.body)
        self._title_length = len(self._title.words)
        body = self._body.words if not document.asides else _without_asides(document, self._body.words)
        self.words = [*self._title.words, _BORDER, *body]
        self.normalized_bytes = b" " + b" ".join(self.words) + b" "
        self._lookups = 0

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate(map((1).__add__, map(len, self.words)), initial=1))

    @property
    def field_border(self) -> int:
        """Return the number of the border between title and body, which counts as a word."""
        return self._title_length

    def word_at(self, byte: int) -> int:
        """Return the number of the word at a byte of `normalized_bytes`, or of the word after the space there."""
        self._lookups += 1
        if self._lookups <= _MAX_SINGLE_LOOKUPS:
            return self.normalized_bytes.count(b" ", 0, byte + 1) - 1
        return bisect_right(self._starts, byte + 1) - 1

    def positions_of(self, normalized: bytes) -> list[int]:
        """Return the numbers of the words equal to a normalized word."""
        pattern, at, positions = b" " + normalized + b" ", -1, []
        while (at := self.normalized_bytes.find(pattern, at + 1)) >= 0:
            positions.append(self.word_at(at))
        return positions

    def field(self, word: int) -> Field:
        """Return the field of a word."""
        return Field.TITLE if word < self._title_length else Field.BODY

    def text(self, field: Field) -> str:
        """Return the original text of a field."""
        return self.document.title if field is Field.TITLE else self.document.body

    def span(self, word: int) -> tuple[int, int]:
        """Return the half-open character range of a word in its field."""
        return self._title.span(word) if word < self._title_length else self._body.span(word - self._title_length - 1)

    def words_at(self, field: Field, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and the last word that a range of characters of a field touches, or the word before it; None without any word."""
        title = field is Field.TITLE
        field_text, offset = (self._title, 0) if title else (self._body, self._title_length + 1)
        if not field_text.words:
            return None
        last = max(0, len(normalize.words(field_text.text[:end])) - 1)
        first = last
        while first > 0 and field_text.span(first)[0] > start and field_text.span(first - 1)[1] > start:
            first -= 1
        return first + offset, last + offset

    def original(self, word: int) -> str:
        """Return a word as the article writes it."""
        start, end = self.span(word)
        return self.text(self.field(word))[start:end]

    def in_one_field(self, first: int, last: int) -> bool:
        """Whether the words from `first` to `last` exist and are in the same field."""
        return 0 <= first <= last < len(self.words) and not first <= self._title_length <= last

    def separator_after(self, word: int) -> str:
        """Return the characters between a word and the next of its field; a blank line if it is the last."""
        if not self.in_one_field(word, word + 1):
            return "\n\n"
        return self.text(self.field(word))[self.span(word)[1] : self.span(word + 1)[0]]

    def sentence_ends_after(self, word: int) -> bool:
        """Whether a sentence or a paragraph ends after a word. Abbreviations (`St. Louis`) and initials end none."""
        separator = self.separator_after(word)
        if separator == " ":
            return False
        if _PARAGRAPH.search(separator):
            return True
        if not _SENTENCE_END.search(separator):
            return False
        if not separator.startswith(". "):
            return True
        normalized = self.words[word]
        return not (len(normalized) == 1 or normalized in _ABBREVIATIONS or not self.original(word + 1)[0].isupper())

    def begins_sentence(self, word: int) -> bool:
        """Whether a word is the first of its field, of a sentence or of a line, where a capital says nothing."""
        if not self.in_one_field(word - 1, word):
            return True
        separator = self.separator_after(word - 1)
        return (
            "\n" in separator
            or self.sentence_ends_after(word - 1)
            or (separator.rstrip(_OPENING)[-1:] in {".", "!", "?", ":", "…"} and " " in separator)
        )

    def line(self, word: int) -> str:
        """Return the line of the original around a word; of a long line, the part within 400 characters of the word."""
        text, (start, end) = self.text(self.field(word)), self.span(word)
        low, high = max(0, start - _LINE_REACH), min(len(text), end + _LINE_REACH)
        stop = text.find("\n", end, high)
        return text[max(low, text.rfind("\n", low, start) + 1) : stop if stop >= 0 else high]

    def match_at(self, word_range: tuple[int, int]) -> Match:
        """Return the match that goes from the first to the last word of `word_range`."""
        first, last = word_range
        title = first < self._title_length
        field_text, offset = (self._title, 0) if title else (self._body, self._title_length + 1)
        start, end = field_text.span(first - offset)
        if last != first:
            end = field_text.span(last - offset)[1]
            end += field_text.text.startswith(".", end) and _INITIALS.fullmatch(field_text.text, start, end) is not None
        return Match(field=Field.TITLE if title else Field.BODY, start=start, end=end, text=field_text.text[start:end])
