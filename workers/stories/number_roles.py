"""Tell what a number in news counts or measures, by the words beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

DEAD, HURT, MISSING, MAGNITUDE, PERCENT, MONEY = "dead", "hurt", "missing", "magnitude", "percent", "money"
YEAR, AGE, ORDINAL, NUMBER = "year", "age", "ordinal", "number"

TALLIES: Final = frozenset({DEAD, HURT, MISSING})
"""Roles of numbers that change while one event goes on; another value of any other role may well be another event."""
MEASURES: Final = TALLIES | {MAGNITUDE}
"""Roles of which a new value is told as a development: old → new."""

_ROLES: Final = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (
            DEAD,
            (
                "kill|dead|bodies|die|death|fatal|perish|slain|tote|tot$|todes|getötet|starb|mort|tué|décéd|muert|fallec|vittim|uccis|ölü|öldü"
                "|погиб|убит|мертв|жертв|загин|قتيل|قتلى|قتل|وفاة|وفيات|شهيد|شهداء|הרוג|נהרג|מתו|死|亡|사망"
            ),
        ),
        (HURT, "injur|wound|hurt|verletzt|bless|herid|ferit|yaral|ранен|постра|поранен|جريح|جرحى|إصاب|פצוע|נפצע|伤|傷|부상"),
        (MISSING, "missing|vermisst|disparu|desaparecid|dispers|kayıp|пропал|зник|مفقود|נעדר|失踪|失蹤|실종"),
        (MAGNITUDE, "magnitude|richter|stärke|magnitud|магнитуд|قوة|בעוצמה|震级|震級"),
        (PERCENT, "percent|per cent|prozent|pour cent|por ciento|процент|بالمئة|بالمائة|אחוז"),
        (MONEY, "dollar|euro|pound|yen|yuan|rubel|рубл|دولار|דולר|美元"),
    )
)
_SMALL: Final = {
    word: float(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
        "twenty".split()
    )
}
_ORDINALS: Final = {
    word: float(number) for number, word in enumerate("third fourth fifth sixth seventh eighth ninth tenth".split(), start=3)
}
NUMBER_WORDS: Final = frozenset(_SMALL | _ORDINALS)
_SCALES: Final = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MAX_DIGITS: Final = 15
"""More digits than these are not exact in a float."""


def number_value(word: str) -> float | None:
    """Return the value of a lower-case word that is a number, in digits or (up to twenty) in English words; None for other words.

    What is longer than any count, such as a telephone or account number, is no number, nor are signs such as ① or ².
    """
    if word[0].isdecimal():
        plain = word.replace(",", "")
        return float(plain) if len(plain) <= _MAX_DIGITS and plain.replace(".", "", 1).isdecimal() else None
    return _SMALL.get(word, _ORDINALS.get(word))


def is_number_word(word: str) -> bool:
    """Return whether a lower-case word is a number spelled out."""
    return word in _SMALL


@lru_cache(maxsize=20_000)
def role_of_word(word: str) -> str | None:
    """Return the role that a word gives to the numbers beside it, or None."""
    return next((role for role, pattern in _ROLES if pattern.match(word)), None)


def number_role(words: Sequence[str], at: int, value: float, signs: tuple[str, str]) -> tuple[str, float] | None:
    """Return role and value of the number `words[at]` of a sentence; None for a small number in words that counts nothing known.

    `words` are in lower case; `signs` are the two characters before the number and the two after it, since % and $ are in no word.
    """
    word, before, after = words[at], words[max(0, at - 3) : at], words[at + 1 : at + 5]
    value *= _SCALES.get(after[0], 1.0) if after else 1.0
    role = next((found for near in (*after, *before) if (found := role_of_word(near)) is not None), None)
    shown = _shown_role(word, signs)
    if shown is not None:
        role = shown
    elif role is None and _FIRST_YEAR <= value <= _LAST_YEAR:
        role = YEAR
    elif (after and after[0] in {"year", "years"}) or (before and before[-1] == "aged"):
        role = AGE
    if role is None:
        return (NUMBER, value) if word[0].isdecimal() else None
    return role, value


def _shown_role(word: str, signs: tuple[str, str]) -> str | None:
    if word in _ORDINALS:
        return ORDINAL
    if "%" in signs[1]:
        return PERCENT
    return MONEY if any(sign in signs[0] for sign in "$€£") else None
