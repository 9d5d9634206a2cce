"""Propose the patterns that the automaton looks for to find a phrase under its different spellings.

A pattern may be shorter than the spelling it is for, so that 100 000 terms stay small; `find_occurrence` checks what the automaton finds. Only
a certain pattern needs no check. Whatever `find_occurrence` accepts must be proposed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workers.matching import affixes
from workers.matching.phrase import Option, WatchedPhrase
from workers.matching.stems import common_stem
from workers.matching.word_breaks import FUNCTION_WORDS, MIN_HALF, may_join

MAX_SPLIT_WORDS: Final = 4
"""Longer phrases are not searched with one of their words split."""
_MIN_SECOND_HALF: Final = 3
"""Letters of the second half that a pattern has at least."""
_MIN_LETTERS: Final = 5
"""Letters of both halves that a pattern has at least; with fewer, short first halves would be found everywhere."""


def propose_patterns(phrase: WatchedPhrase) -> list[tuple[bytes, bool]]:
    """Return the bytes to look for in `TokenizedDocument.normalized_bytes`, each with whether a hit is an occurrence without a check."""
    options = phrase.options
    start = b"" if phrase.prefixes or phrase.compound else b" "
    certain = (
        len(phrase.words) == 1
        and not phrase.prefixes
        and not phrase.signs
        and not phrase.katakana
        and not options & (Option.EXACT | Option.CASE | Option.ENTITY | Option.WILDCARD)
    )
    if phrase.open:
        found = [(start + b" ".join(form[: min(phrase.open) + 1]), certain) for form in phrase.forms]
    elif phrase.particles or phrase.compound:
        found = [(start + b" ".join(form), False) for form in phrase.forms]
    else:
        found = [(start + b" ".join(form) + b" ", certain and form not in phrase.umlauted) for form in phrase.forms]
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
    pairs = [i for i in range(len(words) - 1) if may_join(phrase, i)]
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
