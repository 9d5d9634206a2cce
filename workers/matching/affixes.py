"""Define the prefixes, particles and plurals that may be written together with a word.

Arabic and Hebrew write articles, conjunctions and prepositions before a word, Korean writes particles after it. Measured on inflected
names, prefixes are safe only where at least three letters remain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

MIN_STEM: Final = 3
"""Letters a word must have to be found with a prefix; a shorter word is found only as it is."""

_ARABIC: Final = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_HEBREW: Final = re.compile("[\u05d0-\u05ea]")
_HANGUL: Final = re.compile("[\u1100-\u11ff\uac00-\ud7af]")
_VOWEL: Final = re.compile("[\u1161-\u1175]")
_FINAL: Final = re.compile("[\u11a8-\u11c2]")
_CASED: Final = re.compile("[a-z\u0370-\u03ff\u0400-\u052f\u0531-\u0587]+[0-9a-z\u0370-\u03ff\u0400-\u052f\u0531-\u0587]*")

_AL: Final = "ال"
ARABIC_PREFIXES: Final = frozenset(
    [joined.encode() for conjunction in ("", "و", "ف") for particle in ("", "ب", "ل", "ك", "س", _AL, f"ب{_AL}", f"ك{_AL}", "لل") if
     (joined := conjunction + particle)]
)  # fmt: skip
HEBREW_PREFIXES: Final = frozenset(
    [joined.encode() for conjunction in ("", "ו") for relative in ("", "ש", "כש", "לכש", "מש") for preposition in ("", "ב", "כ", "ל", "מ")
     for article in ("", "ה") if (joined := conjunction + relative + preposition + article)]
)  # fmt: skip
_PARTICLES: Final = (
    "은 는 이 가 을 를 의 에 에서 에게 에는 에도 에서는 에서도 에게서 께 께서 한테 와 과 로 으로 로서 으로서 로써 으로써 로부터 으로부터 부터 까지 만 도 "
    "라고 이라고 라는 이라는 라며 이라며 처럼 보다 마저 조차 밖에 뿐 이나 나 이며 며 이고 인 이다 였다 이었다 측 측은 군 군이 군은 군의 들 들이 들은 들을 들의"
)
HANGUL_PARTICLES: Final = frozenset(unicodedata.normalize("NFKD", particle).encode() for particle in _PARTICLES.split())


def prefixes_for(word: str) -> frozenset[bytes]:
    """Return the prefixes, as UTF-8, that an article may write before this normalized word."""
    if len(word) < MIN_STEM:
        return frozenset()
    if _ARABIC.match(word):
        return ARABIC_PREFIXES
    return HEBREW_PREFIXES if _HEBREW.match(word) else frozenset()


def particles_for(word: str) -> frozenset[bytes]:
    """Return the particles, as UTF-8, that an article may write after this normalized word."""
    return HANGUL_PARTICLES if _HANGUL.match(word[-1]) else frozenset()


def is_hangul(words: Sequence[str]) -> bool:
    """Whether the first and the last of some normalized words are Hangul."""
    return bool(_HANGUL.match(words[0]) and _HANGUL.match(words[-1][-1]))


def syllables(words: Sequence[str]) -> int:
    """Return how many syllables of Hangul there are in normalized words."""
    return sum(_VOWEL.match(char) is not None for word in words for char in word)


def begins_final(rest: bytes) -> bool:
    """Whether letters begin with a consonant that ends a syllable of Hangul, so that what is before them is a part of a syllable."""
    return _FINAL.match(rest.decode("utf-8", "replace")) is not None


def with_contracted_article(word: str) -> str | None:
    """Return a normalized Arabic word with `ل` merged into its article (`الهدنة`: `للهدنة`); None for a word without the article."""
    return "لل" + word[2:] if word.startswith(_AL) and len(word) >= MIN_STEM + 2 else None


def has_case(normalized: str) -> bool:
    """Whether a normalized word is of a script with capitals; only in these are compounds written joined or with a space."""
    return _CASED.fullmatch(normalized) is not None


def plurals(word: str) -> tuple[str, ...]:
    """Return the regular English plurals of a normalized word; none for a word that is not ASCII."""
    if not word.isascii() or len(word) < 2:
        return ()
    if word[-1] in "sxz" or word.endswith(("ch", "sh")):
        return (f"{word}es",)
    if word[-1] == "y" and word[-2] not in "aeiou":
        return (f"{word[:-1]}ies",)
    return (f"{word}s", f"{word}es") if word[-1] == "o" else (f"{word}s",)
