"""Read the stretch of capitals around a word of an article: what may be one name, and the titles before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workers.matching.name_words import ABBREVIATED, DEPARTMENTS, JOINING, LEGAL_FORMS, NO_NAME, SMALL, TITLES
from workers.matching.tokenized_document import TokenizedDocument
from workers.matching.watched_name import compared_word, is_initials

_REACH: Final = 9
"""Words that a name may go on for on each side."""
_TIES: Final = frozenset({" ", "-", "", "\u00a0", "\u2010", "\u2011", "\n", "'", "\u2019", "\u02bc"})
_SHORT: Final = 6
"""Letters of a small word that may stand behind a hyphen in a name (Jong-un)."""


@dataclass(frozen=True, slots=True)
class RunWord:
    """A word of a run: its number in the document, the word, whether it is a particle, and whether it is initials."""

    number: int
    word: str
    small: bool
    initial: bool


def run_around(document: TokenizedDocument, word: int) -> tuple[RunWord, ...]:
    """Return the words around `word` that are written as one name, titles included."""
    first = last = word
    while word - first < _REACH and _goes_on(document, first - 1) and _may_belong(document, first - 1):
        first -= 1
    while last - word < _REACH and _goes_on(document, last) and _may_belong(document, last + 1):
        last += 1
    while last > word and document.words[last].decode() in JOINING:
        last -= 1
    written = [document.original(number) for number in range(first, last + 1)]
    shouting = len(written) > 1 and all(map(str.isupper, written))
    return tuple(_run_word(document, number, shouting=shouting) for number in range(first, last + 1))


def _run_word(document: TokenizedDocument, number: int, *, shouting: bool) -> RunWord:
    word, written = document.words[number].decode("utf-8", "replace"), document.original(number)
    initial = written.isalpha() and (
        len(written) == 1 or (is_initials(word, written, shouting=shouting) and word not in LEGAL_FORMS)
    )
    return RunWord(number, word, word in SMALL and not (initial and written.isupper()), initial)


def _goes_on(document: TokenizedDocument, left: int) -> bool:
    """Whether a name may go on from the word `left` to the next."""
    if not document.in_one_field(left, left + 1):
        return False
    separator = document.separator_after(left)
    if separator in _TIES or separator.strip() == "&":
        return True
    word = document.words[left].decode("utf-8", "replace")
    if separator.strip() in {".", ".-"}:
        return len(word) == 1 or word in ABBREVIATED or (len(word) <= 3 and document.original(left).isupper())
    return separator.strip() in {",", ".,"} and document.words[left + 1].decode("utf-8", "replace") in LEGAL_FORMS


def _may_belong(document: TokenizedDocument, number: int) -> bool:
    word, written = document.words[number].decode("utf-8", "replace"), document.original(number)
    if not written or word in NO_NAME:
        return word in JOINING and written.islower()
    if not written[0].islower() or word in SMALL or word in JOINING or word in TITLES:
        return True
    return (
        len(written) < _SHORT and document.in_one_field(number - 1, number) and document.separator_after(number - 1) in {"-", "."}
    )


def names_of(run: tuple[RunWord, ...], at: int) -> tuple[tuple[str, ...], tuple[RunWord, ...]]:
    """Return the titles before the person's name that has the word number `at`, and the words of that name, particles included."""
    first = last = next(i for i, word in enumerate(run) if word.number == at)
    while first > 0 and run[first - 1].word not in JOINING:
        first -= 1
    while last + 1 < len(run) and run[last + 1].word not in JOINING:
        last += 1
    words = run[first : last + 1]
    office = first > 1 and run[first - 1].word in {"of", "for"} and run[first - 2].word in TITLES
    before = TITLES | DEPARTMENTS if office else TITLES
    titles = 0
    while titles < len(words) - 1 and words[titles].word in before and words[titles].number != at:
        titles += 1
    return tuple(word.word for word in words[:titles]), words[titles:]


def organisation_words(run: tuple[RunWord, ...], document: TokenizedDocument) -> list[tuple[int, str]]:
    """Return the words of a run as organisations' names are compared, each with its number; `&` is a word of its own."""
    found = []
    for word in run:
        found.append((word.number, compared_word(word.word)))
        if word is not run[-1] and "&" in document.separator_after(word.number):
            found.append((word.number, "and"))
    return found
