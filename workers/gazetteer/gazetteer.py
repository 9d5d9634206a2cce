"""Look names up: what they may be, how they are best written, and in which place they lie.

`gazetteer.bin` is built by build_gazetteer.py (sources and licences: NOTICE) and read when a name is first looked up.
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("gazetteer.bin")
SAME: Final = "="
"""Stands in a row for a canonical name that is the name itself."""


class NameKind:
    """What a name may be, as bits of a number. One name may be several: Jordan is a country, a first name and a surname.

    Plain numbers, since an enumeration is ten times slower and every capitalized word is looked up.
    """

    COUNTRY: Final = 1
    """Also any other place that is well known."""
    LARGE_CITY: Final = 2
    CITY: Final = 4
    REGION: Final = 8
    DEMONYM: Final = 16
    FIRST_NAME: Final = 32
    SURNAME: Final = 64
    ORGANISATION: Final = 128
    PERSON: Final = 256
    COMMON_WORD: Final = 512


KNOWN_PLACE: Final = NameKind.COUNTRY | NameKind.LARGE_CITY | NameKind.REGION
ANY_PLACE: Final = KNOWN_PLACE | NameKind.CITY
PERSONAL: Final = NameKind.FIRST_NAME | NameKind.SURNAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Names by what they may be. `longest` gives the most words of a name that begins with a word; `around` the place in which one lies."""

    kinds: dict[str, int]
    canonical: dict[str, str]
    around: dict[str, str]
    longest: dict[str, int]

    def kind(self, name: str) -> int:
        """Return what a name as written may be, as flags of NameKind; 0 for one that is not listed."""
        return self.kinds.get(name, 0)

    def preferred(self, name: str) -> str:
        """Return the name under which the same thing is listed; the name itself for one that is not listed."""
        return self.canonical.get(name, name)

    def lies_in(self, name: str, place: str) -> bool:
        """Whether a place is another, or lies in it."""
        inner, outer = self.preferred(name), self.preferred(place)
        for _ in range(_DEEPEST):
            if inner == outer:
                return True
            if inner not in self.around:
                return False
            inner = self.around[inner]
        return False


_DEEPEST: Final = 8
"""Places around a place, at most."""


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer, read from its file once."""
    kinds: dict[str, int] = {}
    canonical: dict[str, str] = {}
    around: dict[str, str] = {}
    longest: dict[str, int] = {}
    interned: dict[str, str] = {}
    for row in lzma.decompress(FILE.read_bytes()).decode().split("\n"):
        flags, names, preferred, outer = row.split("\t")
        for name in names.split("|"):
            kinds[name] = int(flags)
            if preferred and preferred != SAME:
                canonical[name] = interned.setdefault(preferred, preferred)
            words = name.count(" ") + 1
            if words > 1:
                first = name[: name.index(" ")]
                longest[first] = max(longest.get(first, 1), words)
        if outer:
            around[preferred] = interned.setdefault(outer, outer)
    return Gazetteer(kinds=kinds, canonical=canonical, around=around, longest=longest)


def preferred_name(name: str) -> str:
    """Return the name under which the recognizer counts a name: `Gaza Strip` is Gaza."""
    return gazetteer().preferred(name)
