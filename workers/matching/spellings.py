"""Find a phrase under its different spellings: patterns for the automaton, and a check of what the automaton finds.

`patterns` proposes, `occurrence` decides. A pattern may be shorter than the spelling it is for, so that 100 000 terms stay small; only a
`certain` one needs no check. Whatever `occurrence` accepts must have been proposed by some pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from workers.matching import affixes
from workers.matching.capitalization import written_as_required
from workers.matching.phrase import Option, WatchedPhrase
from workers.matching.stems import common_stem, same_stem
from workers.matching.tokenized_document import TokenizedDocument

MIN_HALF: Final = 3
"""Letters that each half of a joined word must have to be found as two words."""
MAX_SPLIT_WORDS: Final = 4
"""Longer phrases are not searched with one of their words split."""
_MIN_SECOND_HALF: Final = 3
"""Letters of the second half that a pattern has at least."""
_MIN_LETTERS: Final = 5
"""Letters of both halves that a pattern has at least; with fewer, short first halves would be found everywhere."""
FUNCTION_WORDS: Final = frozenset(
    b"a about after all also am an and any are as at be been before between both but by can could did do does down each few for from had "
    b"has have he her here him his how if in into is it its just may me might more most must my no nor not now of off on once one only or "
    b"other our out over own same shall she should so some such than that the their them then there these they this those through to too "
    b"under until up upon very via was we were what when where which while who whom whose why will with within would yet you your "
    b"des den dem der das und ein une les los las del por que con para".split()
)
_HYPHEN: Final = re.compile("[-\u2010-\u2013\u2212\u05be\ufe63\uff0d/][ \t]*\n?[ \t]*|")
_APOSTROPHE: Final = re.compile("['\u2018\u2019\u02bc`\u00b4\u05f3\u05f4\"]")
_SPACE: Final = re.compile("[^\\S\n]*\n?[^\\S\n]*")
_CONTRACTED: Final = frozenset(b"s t ll re ve d m".split())
_ELIDED: Final = frozenset(b"l d j m t n s c qu jusqu lorsqu dell nell sull all dall un".split())


def patterns(phrase: WatchedPhrase) -> list[tuple[bytes, bool]]:
    """Return the bytes to look for in `TokenizedDocument.normalized_bytes`, each with whether a hit is an occurrence without a check."""
    options = phrase.options
    start = b"" if phrase.prefixes else b" "
    certain = (
        len(phrase.words) == 1
        and not phrase.prefixes
        and not phrase.signs
        and not options & (Option.EXACT | Option.CASE | Option.ENTITY)
    )
    if phrase.open:
        found = [(start + b" ".join(form[: min(phrase.open) + 1]), certain) for form in phrase.forms]
    elif phrase.particles:
        found = [(start + b" ".join(form), False) for form in phrase.forms]
    else:
        found = [(start + b" ".join(form) + b" ", certain) for form in phrase.forms]
    if options & Option.STEM:
        found.append((b" " + common_stem(phrase), False))
    if not options & Option.EXACT and not phrase.open - {len(phrase.words) - 1}:
        found += [(start + pattern, False) for pattern in (*_joined(phrase), *_split(phrase))]
    return found


def _joined(phrase: WatchedPhrase) -> list[bytes]:
    """Return the phrase with two of its words joined, or all."""
    if len(phrase.words) == 1:
        return []
    words = [word.encode() for word in phrase.words]
    pairs = [i for i in range(len(words) - 1) if _may_join(phrase, i)]
    found = [b" ".join([*words[:i], words[i] + words[i + 1], *words[i + 2 :]]) for i in pairs]
    return found if len(words) == 2 else [*found, b"".join(words)]


def _split(phrase: WatchedPhrase) -> list[bytes]:
    """Return beginnings of the phrase with one word split, of the second half only a few letters."""
    if len(phrase.words) > MAX_SPLIT_WORDS:
        return []
    found = []
    if len(phrase.words) == 1 and phrase.initials:
        found.append(" ".join(phrase.words[0]).encode())
    before = ""
    for i, word in enumerate(phrase.words):
        found += [f"{before}{word[:at]} {word[at : _pattern_end(word, at)]}".encode() for at in _split_points(phrase, i)]
        before += f"{word} "
    return found


def _pattern_end(word: str, at: int) -> int:
    """Return the length of the pattern for a word split before letter `at`: the whole word if the first half is a function word."""
    return len(word) if word[:at].encode() in FUNCTION_WORDS else max(at + _MIN_SECOND_HALF, _MIN_LETTERS)


def _split_points(phrase: WatchedPhrase, index: int) -> Iterable[int]:
    """Return where a word of a phrase may be split. A name is split only at its capitals (AstraZeneca)."""
    word, original = phrase.words[index], phrase.originals[index]
    if index in phrase.open or not affixes.has_case(word):
        return ()
    if not phrase.options & Option.ENTITY:
        return range(1, len(word) if len(word) < MIN_HALF or word[-1].isdigit() else len(word) - 1)
    if len(word) != len(original) or original.istitle():
        return ()
    return [at for at in range(1, len(word)) if original[at].isupper() and (original[at - 1].islower() or phrase.acronym)]


def _may_join(phrase: WatchedPhrase, index: int) -> bool:
    """Whether two neighbouring words of a phrase may be found as one word."""
    left, right, separator = phrase.words[index].encode(), phrase.words[index + 1].encode(), phrase.separators[index]
    if _HYPHEN.fullmatch(separator):
        return True
    if _APOSTROPHE.fullmatch(separator):
        return right not in _CONTRACTED and left not in _ELIDED
    if separator.startswith("."):
        return len(left) == len(right) == 1
    return not ({left, right} & FUNCTION_WORDS)


def occurrence(phrase: WatchedPhrase, document: TokenizedDocument, first: int, language: str | None) -> int | None:
    """Return the last word of the occurrence of a phrase that begins with the word `first`, or None if there is none."""
    for form in phrase.forms:
        word_ends = _align(phrase, form, document, first)
        if word_ends is not None and _word_ends_allowed(phrase, form, document, first, word_ends):
            last = first + len(word_ends)
            if written_as_required(phrase, document, first, last):
                return last
    return _stemmed_occurrence(phrase, document, first, language) if phrase.options & Option.STEM else None


def _align(phrase: WatchedPhrase, form: tuple[bytes, ...], document: TokenizedDocument, first: int) -> list[int] | None:
    """Return after how many letters of the form each word of the article but the last ends; None if the letters differ."""
    if phrase.open - {len(form) - 1}:
        return _align_word_by_word(phrase, form, document, first)
    target, at = b"".join(form), 0
    word_ends: list[int] = []
    word = _without_prefix(phrase, document.words[first], target)
    for number in range(first + 1, len(document.words) + 1):
        rest = target[at:]
        if word == rest or (word.startswith(rest) and (not phrase.closed or word[len(rest) :] in phrase.particles)):
            return word_ends
        if not rest.startswith(word) or number == len(document.words):
            return None
        at += len(word)
        word_ends.append(at)
        word = document.words[number]
    return None


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
    """Whether the words of the article are split and joined only where those of the phrase may be."""
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
    if exact and bool(_HYPHEN.fullmatch(separator)) != bool(_HYPHEN.fullmatch(found)):
        return False
    if not found.strip() and "\n" not in found:
        return True
    return not document.sentence_ends_after(number) or separator.startswith(".")


def _split_allowed(document: TokenizedDocument, number: int) -> bool:
    left, right, separator = document.words[number], document.words[number + 1], document.separator_after(number)
    if _HYPHEN.fullmatch(separator):
        return len(right.decode()) > 1 or right.isdigit() or len(left) == 1
    if _SPACE.fullmatch(separator):
        halves = left.decode(), right.decode()
        return min(map(len, halves)) >= MIN_HALF and not {left, right} & FUNCTION_WORDS and all(map(affixes.has_case, halves))
    if _APOSTROPHE.fullmatch(separator):
        return right not in _CONTRACTED and left not in _ELIDED
    return (
        separator == "."
        and len(left) == len(right) == 1
        and document.original(number).isupper()
        and document.original(number + 1).isupper()
    )


def _join_allowed(phrase: WatchedPhrase, index: int, document: TokenizedDocument, first: int) -> bool:
    if not _may_join(phrase, index):
        return False
    return not phrase.separators[index].startswith(".") or document.original(first).isupper()


def _possessive_follows(document: TokenizedDocument, last: int) -> bool:
    return (
        document.in_one_field(last, last + 1)
        and document.words[last + 1] == b"s"
        and bool(_APOSTROPHE.fullmatch(document.separator_after(last)))
    )
