"""Capitals and diacritics: whether words found by their letters are also written the way they must be."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from workers.matching.phrase import Option, Phrase
from workers.matching.tokenized_document import TokenizedDocument

_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_KATAKANA: Final = re.compile("[\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9d][\u3099\u309a\uff9e\uff9f]?")
PARTICLES: Final = frozenset(
    "al el as ash at ad ar an az bin ibn abu ben bat da das de del della der den des di do dos du e et la las le les los of on the and in "
    "to upon ter ten van von und y zu zum".split()
)
"""Words of a name that running text may write small."""

GENERIC: Final = frozenset(
    "airport army avenue bank base bay border bridge camp canal church city coast corridor council county court creek crossing dam "
    "desert district forest gate governorate harbour harbor heights hill hills hospital island islands junction lake mosque mount "
    "mountain mountains neighborhood neighbourhood ocean park party peninsula plain plant port prison province refugee region river road "
    "sea square state station strait straits street strip temple terminal territory tower town university valley village".split()
)
"""What a name ends in that says what it is: `Rafah crossing` is the Rafah Crossing, `Al Shifa hospital` the Hospital."""


def acceptable(phrase: Phrase, tokens: TokenizedDocument, first: int, last: int) -> bool:
    """Whether these words, whose letters are those of the phrase, are written as its options and signs demand."""
    if phrase.signs and not tokens.text(tokens.field(last)).startswith(phrase.signs, tokens.span(last)[1]):
        return False
    if phrase.options & Option.ENTITY:
        if phrase.acronym:
            return _acronym(tokens, first, last)
        return not _cuts_katakana(tokens, first, last) and _capitalised(phrase, tokens, first, last)
    return not phrase.options & Option.CASE or _as_written(phrase, tokens, first, last)


def _canonical(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def _as_written(phrase: Phrase, tokens: TokenizedDocument, first: int, last: int) -> bool:
    """Letter for letter, but for a plural's ending; where words are parted does not matter."""
    here = _canonical("".join(tokens.written(word) for word in range(first, last + 1)))
    there = _canonical("".join(phrase.written))
    if not phrase.closed or phrase.prefixes or phrase.particles:
        return there in here
    return here == there or (
        here.lower() != there.lower() and here.startswith(there[:-1]) and (here.startswith(there) or there.endswith("y"))
    )


def _acronym(tokens: TokenizedDocument, first: int, last: int) -> bool:
    """All in capitals, and not on a line that is all in capitals, where they prove nothing."""
    if not all(tokens.written(word).isupper() for word in range(first, last + 1)):
        return False
    line = tokens.line(first)
    if not line.isupper():
        return True
    start, end = tokens.span(first)[0], tokens.span(last)[1]
    acronym = tokens.text(tokens.field(first))[start:end]
    return not any(map(str.isalpha, line.replace(acronym, "")))


def _capitalised(phrase: Phrase, tokens: TokenizedDocument, first: int, last: int) -> bool:
    """Whether a name is capitalised as a name would be: each word but its particles, or spelled exactly as on the list."""
    here = [tokens.written(word) for word in range(first, last + 1)]
    if len(here) == len(phrase.written) and any(map(_has_capital, phrase.written)):
        return all(
            _capital(text) or text == name or (len(here) > 1 and (name.lower() in PARTICLES or (i > 0 and name.lower() in GENERIC)))
            for i, (text, name) in enumerate(zip(here, phrase.written, strict=True))
        ) and (any(map(_has_capital, here)) or here == list(phrase.written))
    words = [text for text in here if text.lower() not in PARTICLES] or here
    return all(map(_capital, words))


def _cuts_katakana(tokens: TokenizedDocument, first: int, last: int) -> bool:
    """Whether a name in katakana is part of a longer word in katakana: イラン is not in タイランド."""
    return any(
        tokens.inside(left, left + 1)
        and not tokens.joint(left)
        and _KATAKANA.fullmatch(tokens.written(left))
        and _KATAKANA.fullmatch(tokens.written(left + 1))
        for left in (first - 1, last)
        if _KATAKANA.fullmatch(tokens.written(max(left, first)))
    )


def _has_capital(word: str) -> bool:
    return any(map(str.isupper, word))


def _capital(word: str) -> bool:
    """Whether a word begins with a capital, or cannot (a number, a script without capitals)."""
    first = next((char for char in word if char.isalpha()), "")
    return not first.islower()
