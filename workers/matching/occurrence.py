"""Check whether what the automaton has found is an occurrence of a phrase, in whatever spelling."""

from __future__ import annotations

import re
from typing import Final

from workers.matching import affixes
from workers.matching.capitalization import has_umlaut, written_as_required
from workers.matching.phrase import Option, WatchedPhrase
from workers.matching.required_signs import sign_between, sign_stands
from workers.matching.stems import same_stem
from workers.matching.tokenized_document import TokenizedDocument
from workers.matching.word_breaks import APOSTROPHE, FUNCTION_WORDS, HYPHEN, MIN_HALF, apostrophe_may_vary, may_join

_JAMO: Final = 3
"""Bytes of a letter of Hangul."""
_SPACE: Final = re.compile("[^\\S\n]*\n?[^\\S\n]*")


def find_occurrence(phrase: WatchedPhrase, document: TokenizedDocument, first: int, language: str | None) -> int | None:
    """Return the last word of the occurrence of a phrase that begins with the word `first`, or None if there is none."""
    for form in phrase.forms:
        word_ends = _align(phrase, form, document, first)
        if word_ends is not None and _word_ends_allowed(phrase, form, document, first, word_ends):
            last = first + len(word_ends)
            if form in phrase.umlauted and not has_umlaut(document, first, last):
                continue
            if written_as_required(phrase, document, first, last):
                return last
    return _stemmed_occurrence(phrase, document, first, language) if phrase.options & Option.STEM else None


def _align(phrase: WatchedPhrase, form: tuple[bytes, ...], document: TokenizedDocument, first: int) -> list[int] | None:
    """Return after how many letters of the form each word of the article but the last ends; None if the letters differ."""
    if phrase.open - {len(form) - 1}:
        return _align_word_by_word(phrase, form, document, first)
    target, at = b"".join(form), 0
    word_ends: list[int] = []
    word = document.words[first]
    word = _from_syllable(word, target) if phrase.compound else _without_prefix(phrase, word, target)
    for number in range(first + 1, len(document.words) + 1):
        rest = target[at:]
        if word == rest or (word.startswith(rest) and _may_end(phrase, word[len(rest) :])):
            return word_ends
        if not rest.startswith(word) or number == len(document.words):
            return None
        at += len(word)
        word_ends.append(at)
        word = document.words[number]
    return None


def _may_end(phrase: WatchedPhrase, rest: bytes) -> bool:
    """Whether a word may go on with `rest` after the phrase has ended."""
    return not phrase.closed or rest in phrase.particles or (phrase.compound and not affixes.begins_final(rest))


def _from_syllable(word: bytes, target: bytes) -> bytes:
    """Return a word of Hangul from where the phrase begins inside it; the whole word if it does not."""
    at = word.find(target)
    if at >= 0:
        return word[at:]
    return next((word[at:] for at in range(0, len(word), _JAMO) if target.startswith(word[at:])), word)


def _align_word_by_word(
    phrase: WatchedPhrase, form: tuple[bytes, ...], document: TokenizedDocument, first: int
) -> list[int] | None:
    word_ends: list[int] = []
    at = 0
    for i, wanted in enumerate(form):
        if first + i >= len(document.words):
            return None
        word = document.words[first + i]
        if word != wanted and not (i in phrase.open and word.startswith(wanted)):
            return None
        at += len(wanted)
        word_ends.append(at)
    return word_ends[:-1]


def _without_prefix(phrase: WatchedPhrase, word: bytes, target: bytes) -> bytes:
    if not phrase.prefixes or target.startswith(word) or word.startswith(target):
        return word
    for prefix in sorted(phrase.prefixes, key=len, reverse=True):
        rest = word.removeprefix(prefix)
        if rest != word and rest and (target.startswith(rest) or rest.startswith(target)):
            return rest
    return word


def _word_ends_allowed(
    phrase: WatchedPhrase, form: tuple[bytes, ...], document: TokenizedDocument, first: int, word_ends: list[int]
) -> bool:
    """Return whether the words of the article are split and joined only where those of the phrase may be."""
    if not document.in_one_field(first, first + len(word_ends)):
        return False
    wanted: dict[int, int] = {}
    at = 0
    for i, word in enumerate(form[:-1]):
        at += len(word)
        wanted[at] = i
    exact = bool(phrase.options & Option.EXACT)
    for number, word_end in enumerate(word_ends, first):
        if word_end in wanted:
            if not _same_separator(document, number, phrase.separators[wanted[word_end]], exact=exact):
                return False
        elif exact or not _split_allowed(document, number):
            return False
    joined = [i for word_end, i in wanted.items() if word_end not in word_ends]
    if any(exact or not _join_allowed(phrase, i, document, first) for i in joined):
        return False
    return not (exact and _possessive_follows(document, first + len(word_ends)))


def _stemmed_occurrence(phrase: WatchedPhrase, document: TokenizedDocument, first: int, language: str | None) -> int | None:
    """Return the last word of an occurrence in which each word has the stem of the phrase's word, or None."""
    last = first + len(phrase.words) - 1
    if not document.in_one_field(first, last):
        return None
    same = all(
        document.words[first + i] == word.encode() or same_stem(phrase.originals[i], document.original(first + i), language)
        for i, word in enumerate(phrase.words)
    )
    unbroken = all(_same_separator(document, first + i, separator, exact=False) for i, separator in enumerate(phrase.separators))
    return last if same and unbroken else None


def _same_separator(document: TokenizedDocument, number: int, separator: str, *, exact: bool) -> bool:
    found = document.separator_after(number)
    if found == separator:
        return True
    if separator and separator != " ":
        left, right = document.words[number].decode(), document.words[number + 1].decode()
        if (sign := sign_between(separator, left, right)) and not sign_stands(sign, found):
            return False
    if exact and bool(HYPHEN.fullmatch(separator)) != bool(HYPHEN.fullmatch(found)):
        return False
    if not found.strip() and "\n" not in found:
        return True
    return not document.sentence_ends_after(number) or separator.startswith(".")


def _split_allowed(document: TokenizedDocument, number: int) -> bool:
    left, right, separator = document.words[number], document.words[number + 1], document.separator_after(number)
    if HYPHEN.fullmatch(separator):
        return len(right.decode()) > 1 or right.isdigit() or len(left) == 1
    if _SPACE.fullmatch(separator):
        halves = left.decode(), right.decode()
        return min(map(len, halves)) >= MIN_HALF and not {left, right} & FUNCTION_WORDS and all(map(affixes.has_case, halves))
    if APOSTROPHE.fullmatch(separator):
        return apostrophe_may_vary(left, right)
    return (
        separator == "."
        and len(left) == len(right) == 1
        and document.original(number).isupper()
        and document.original(number + 1).isupper()
    )


def _join_allowed(phrase: WatchedPhrase, index: int, document: TokenizedDocument, first: int) -> bool:
    if not may_join(phrase, index):
        return False
    return not phrase.separators[index].startswith(".") or document.original(first).isupper()


def _possessive_follows(document: TokenizedDocument, last: int) -> bool:
    return (
        document.in_one_field(last, last + 1)
        and document.words[last + 1] == b"s"
        and bool(APOSTROPHE.fullmatch(document.separator_after(last)))
    )
