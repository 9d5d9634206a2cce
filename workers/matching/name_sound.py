"""Compare words of names by how they are spoken, whatever the script and the transliteration.

A word is romanized letter by letter and then written as it is heard in a rough common spelling; from that come a skeleton of consonants,
by which names are looked for, and a distance in which vowels are cheap and consonants dear.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_CYRILLIC: Final = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўјћђџљњ",
        "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh sh - y - e yu ya i yi ye g u y ch dj dzh l n".split(),
        strict=True,
    )
)
_ARABIC: Final = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
        "a b t th j h kh d dh r z s sh s d t z - gh f q k l m n h u i".split(),
        strict=True,
    )
) | {"پ": "p", "چ": "ch", "ژ": "zh", "گ": "g", "ے": "e", "ں": "n", "ٹ": "t", "ڈ": "d", "ڑ": "r", "ء": "-", "ھ": "h"}
_HEBREW: Final = dict(
    zip("אבגדהוזחטיכלמנסעפצקרשתךםןףץ", "a b g d h u z h t i k l m n s - p ts k r sh t k m n p ts".split(), strict=True)
)
_GREEK: Final = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t i f h ps o".split(), strict=True))
_LATIN: Final = str.maketrans(
    {letter: latin.replace("-", "") for letter, latin in (_CYRILLIC | _ARABIC | _HEBREW | _GREEK).items()}
)
_HEARD: Final = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        ("tsch|tch|cz", "ch"), ("dzh|dsch|dj", "j"), ("sch|sz", "sh"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("gh", "g"), ("kh|ck", "k"),
        ("zh", "j"), ("qu", "k"), ("ng$", "n"), ("tz|ts", "s"), ("^x(?=i)", "sh"), ("x", "ks"), ("w", "v"), ("c(?=[eiy])", "s"),
        ("c(?!h)", "k"), ("q", "k"), ("[iy][jy]$|iy$|(?<=[aeou])[jy]$", "i"), ("ou|oo", "u"), ("ee", "i"), (r"(.)\1", r"\1"),
        ("(?<=[aeiou])h$", ""),
    )
)  # fmt: skip
_COARSE: Final = str.maketrans({"g": "k", "z": "s", "y": None} | dict.fromkeys("aeiou"))
_VOWELS: Final = frozenset("aeiouy")
_CLOSE: Final = {
    frozenset(pair): cost
    for pair, cost in (
        ("ou", 0.2), ("ei", 0.2), ("iy", 0.1), ("ae", 0.35), ("ao", 0.6), ("gk", 0.3), ("sz", 0.2), ("uv", 0.3), ("ij", 0.3), ("jy", 0.3),
    )
}  # fmt: skip
_OTHER_VOWEL, _OTHER_LETTER, _NO_VOWEL, _NO_H = 0.7, 1.2, 0.45, 0.5
_FEW_VOWELS: Final = 0.34
"""Share of vowels below which a word comes from a script that writes none."""
_WITHOUT_VOWELS: Final = 0.9
"""Likeness of words that are equal but for vowels, one of them from such a script."""


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """Return a normalized word as it is heard, in Latin letters; letters of an unknown script stay."""
    heard = word.translate(_LATIN)
    for pattern, to in _HEARD:
        heard = pattern.sub(to, heard)
    return heard


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """Return the consonants of a word in coarse classes, and whether it begins with a vowel."""
    heard = re.sub("(?<=[aeiou])v(?=[^aeiou]|$)", "u", sound(word))
    coarse = heard.replace("sh", "X").replace("ch", "X").replace("j", "J").translate(_COARSE)
    return ("A" if heard[:1] in _VOWELS else "") + re.sub(r"(.)\1", r"\1", coarse)


@lru_cache(maxsize=100_000)
def likeness(one: str, other: str) -> float:
    """Return how alike two normalized words sound: 1 for the same, less for each difference; Angela is not like Angelo."""
    left, right = sound(one), sound(other)
    if left == right:
        return 1.0
    if not (one.isascii() and other.isascii()) and min(map(_vowel_share, (left, right))) < _FEW_VOWELS:
        return _WITHOUT_VOWELS if _consonants(left) == _consonants(right) else 0.0
    if not left or not right or {left[-1], right[-1]} == {"a", "o"}:
        return 0.0
    return 1 - _distance(left, right) / max(len(left), len(right))


def _vowel_share(word: str) -> float:
    return sum(letter in _VOWELS for letter in word) / max(1, len(word))


def _consonants(word: str) -> str:
    return "".join(letter for letter in word if letter not in _VOWELS)


def _distance(left: str, right: str) -> float:
    """Return the weighted edit distance."""
    row = [0.0]
    for letter in right:
        row.append(row[-1] + _dropped(letter))
    for one in left:
        following = [row[0] + _dropped(one)]
        for at, other in enumerate(right):
            swapped = row[at] + _swapped(one, other)
            following.append(min(swapped, row[at + 1] + _dropped(one), following[at] + _dropped(other)))
        row = following
    return row[-1]


def _dropped(letter: str) -> float:
    return _NO_VOWEL if letter in _VOWELS else _NO_H if letter == "h" else 1.0


def _swapped(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return _CLOSE.get(frozenset((one, other)), _OTHER_VOWEL if one in _VOWELS and other in _VOWELS else _OTHER_LETTER)
