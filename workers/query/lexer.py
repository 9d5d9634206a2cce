"""What the tokens of a query are, and the marks that all of its parts are read by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitor.domain.errors import QueryError
from workers.query.syntax import Span

OPENING: Final = "(（"
CLOSING: Final = ")）"
STRAIGHT: Final = '"“”„‟＂'
"""Double quotation marks that stand for each other, since word processors change one into another."""
CLOSERS: Final = dict.fromkeys(STRAIGHT, STRAIGHT) | {"«": "»", "»": "«", "「": "」", "『": "』"}
"""For each mark that opens a phrase, those that close it."""

_MARKS: Final = STRAIGHT + "«»「」『』"
_GERSHAYIM: Final = f"(?<=[א-ת])[{STRAIGHT}](?=[א-ת])"  # Hebrew writes its acronyms with a double quote before the last letter
RUN: Final = re.compile(rf"(?:[^\s()（）{_MARKS}]|{_GERSHAYIM})+")
"""A word as written: up to white space, a parenthesis, or a quotation mark."""
_CONTENT: Final = {ends: re.compile(rf"(?:[^{ends}]|{_GERSHAYIM})*") for ends in set(CLOSERS.values())}
_STRAY_QUOTE: Final = re.compile(rf"(?!{_GERSHAYIM})[{STRAIGHT}]")
_SPACE: Final = re.compile(r"[\s\ufeff]*")


class Kind(StrEnum):
    """What a token is; the value is how an error names it."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR"
    ATLEAST = "ATLEAST"
    FIELD = "a field"
    REFERENCE = "a reference"
    WORD = "a word"
    QUOTED = "a phrase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token at [span). `text`: a word as written, the inside of quotes, or the name before a colon.

    `exact`: an equals sign stood before it. `number`: of NEAR and ATLEAST. `ordered`: ONEAR. `values`: what was asked of a REFERENCE,
    each with its span. `inside`: where the inside of quotes begins.
    """

    kind: Kind
    span: Span
    text: str = ""
    exact: bool = False
    number: int = 0
    ordered: bool = False
    values: tuple[tuple[str, Span], ...] = ()
    inside: int = 0


def fail(message: str, at: int) -> QueryError:
    """The error for the character at offset `at` (from 0)."""
    return QueryError(message, column=at + 1)


def shown(text: str) -> str:
    """`text` as an error names it: cut where it is long."""
    return text if len(text) <= 40 else f"{text[:39]}…"


def skip(query: str, at: int) -> int:
    """The offset of what follows the white space at `at`."""
    space = _SPACE.match(query, at)
    return space.end() if space else at


def quoted(query: str, at: int, *, exact: bool) -> Token:
    """The QUOTED token at `at`, where its opening mark stands, or the equals sign before it. Raises QueryError if it is not closed."""
    opening = at + exact
    inside = _CONTENT[CLOSERS[query[opening]]].match(query, opening + 1)
    if inside is None or inside.end() == len(query):
        raise fail(
            f"the quotation mark {query[opening]} is not closed: expected {_pair(query[opening])} at the end of the phrase", opening
        )
    text = _STRAY_QUOTE.sub(" ", inside.group())
    return Token(kind=Kind.QUOTED, span=(at, inside.end() + 1), text=text, exact=exact, inside=inside.start())


def _pair(mark: str) -> str:
    return '"' if mark in STRAIGHT else CLOSERS[mark]
