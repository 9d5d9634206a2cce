"""Decide where words may be joined and split: the rules that patterns and occurrences share."""

from __future__ import annotations

import re
from typing import Final

from workers.matching.phrase import WatchedPhrase
from workers.matching.required_signs import sign_between

MIN_HALF: Final = 3
"""Letters that each half of a joined word must have to be found as two words."""
FUNCTION_WORDS: Final = frozenset(
    b"a about after all also am an and any are as at be been before between both but by can could did do does down each few for from had "
    b"has have he her here him his how if in into is it its just may me might more most must my no nor not now of off on once one only or "
    b"other our out over own same shall she should so some such than that the their them then there these they this those through to too "
    b"under until up upon very via was we were what when where which while who whom whose why will with within would yet you your "
    b"des den dem der das und ein une les los las del por que con para".split()
)
HYPHEN: Final = re.compile("[-\u200c\u2010-\u2013\u2212\u05be\ufe63\uff0d/][ \t]*\n?[ \t]*|")
APOSTROPHE: Final = re.compile("['\u2018\u2019\u02bc`\u00b4\u05f3\u05f4\"]")
_CONTRACTED: Final = frozenset(b"s t ll re ve d m".split())
_ELIDED: Final = frozenset(b"l d j m t n s c qu jusqu lorsqu dell nell sull all dall un".split())


def may_join(phrase: WatchedPhrase, index: int) -> bool:
    """Return whether two neighbouring words of a phrase may be found as one word."""
    left, right, separator = phrase.words[index].encode(), phrase.words[index + 1].encode(), phrase.separators[index]
    if separator != " " and sign_between(separator, phrase.words[index], phrase.words[index + 1]):
        return False
    if HYPHEN.fullmatch(separator):
        return True
    if APOSTROPHE.fullmatch(separator):
        return apostrophe_may_vary(left, right)
    if separator.startswith("."):
        return len(left) == len(right) == 1
    return not ({left, right} & FUNCTION_WORDS)


def apostrophe_may_vary(left: bytes, right: bytes) -> bool:
    """Return whether two words around an apostrophe may be written as one: not in a contraction or elision (don't, l'état)."""
    return right not in _CONTRACTED and left not in _ELIDED
