"""Know the news agencies: how credits write their names, and which domains are theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

AGENCIES: Final = Path(__file__).with_name("agencies.txt")
"""Compiled by hand; the format stands in its first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyNames:
    """The pattern that finds any agency's name in a text, and which agency each spelling names."""

    pattern: str
    by_spelling: dict[str, str]

    def named_in(self, text: str) -> tuple[str, ...]:
        """Return the agencies named in a text, each once, in the order in which they occur."""
        found = (self.by_spelling.get(name) or self.by_spelling[name.lower()] for name in compiled_names().findall(text))
        return tuple(dict.fromkeys(found))


@cache
def agency_names() -> AgencyNames:
    """Return the names of all agencies; the longest spelling is found first."""
    by_spelling: dict[str, str] = {}
    any_case: list[str] = []
    as_written: list[str] = []
    for name, spoken, written, _ in _rows():
        any_case += spoken
        as_written += written
        by_spelling |= dict.fromkeys((*spoken, *written), name)
    patterns = [f"(?i:{'|'.join(_longest_first(any_case))})", "|".join(_longest_first(as_written))]
    return AgencyNames(pattern=rf"(?:{'|'.join(patterns)})(?![\w])", by_spelling=by_spelling)


@cache
def compiled_names() -> re.Pattern[str]:
    """Return the pattern of all names, each as a word of its own where the script has words."""
    return re.compile(rf"(?<![\w.]){agency_names().pattern}")


def mentions_agency(text: str) -> bool:
    """Whether any agency's name may be in a text: fast, since most texts have none."""
    any_case, as_written = _literals()
    return bool(
        as_written.find_matches_as_indexes(text.encode("utf-8", "surrogatepass"))
        or any_case.find_matches_as_indexes(text.lower().encode("utf-8", "surrogatepass"))
    )


@cache
def agency_domains() -> dict[str, str]:
    """Return which agency each of their domains belongs to."""
    return {domain: name for name, _, _, domains in _rows() for domain in domains}


def _longest_first(names: list[str]) -> list[str]:
    return [re.escape(name) for name in sorted(names, key=len, reverse=True)]


@cache
def _literals() -> tuple[BytesAhoCorasick, BytesAhoCorasick]:
    any_case = [spelling.encode("utf-8") for _, spoken, _, _ in _rows() for spelling in spoken]
    as_written = [spelling.encode("utf-8") for _, _, written, _ in _rows() for spelling in written]
    return BytesAhoCorasick(any_case), BytesAhoCorasick(as_written)


@cache
def _rows() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]:
    lines = AGENCIES.read_text(encoding="utf-8").splitlines()
    rows = [[part.strip() for part in line.split("|")] for line in lines if line and not line.startswith("#")]
    return tuple((row[0], _parts(row[1]), _parts(row[2]), _parts(row[3])) for row in rows)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())
