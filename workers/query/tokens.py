"""Define the tokens of a query, and the patterns by which its words, spaces and quotation marks are recognized."""

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
"""Double quotation marks that count as the same, since word processors change one into another."""
CLOSERS: Final = dict.fromkeys(STRAIGHT, STRAIGHT) | {"«": "»", "»": "«", "「": "」", "『": "』"}
"""The marks that close a phrase, by the mark that opens it."""

_MARKS: Final = STRAIGHT + "«»「」『』"
_GERSHAYIM: Final = f"(?<=[א-ת])[{STRAIGHT}](?=[א-ת])"  # Hebrew writes its acronyms with a double quote before the last letter
RUN: Final = re.compile(rf"(?:[^\s()（）{_MARKS}]|{_GERSHAYIM})+")
"""A word as written, up to white space, a parenthesis or a quotation mark."""
_CONTENT: Final = {ends: re.compile(rf"(?:[^{ends}]|{_GERSHAYIM})*") for ends in set(CLOSERS.values())}
_STRAY_QUOTE: Final = re.compile(rf"(?!{_GERSHAYIM})[{STRAIGHT}]")
_SPACE: Final = re.compile(r"[\s\ufeff]*")


class TokenKind(StrEnum):
    """The kinds of tokens; the value is how an error names one."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR"
    NOTNEAR = "NOTNEAR"
    ATLEAST = "ATLEAST"
    FIELD = "a field"
    REFERENCE = "a reference"
    WORD = "a word"
    QUOTED = "a phrase"


COUNTED_OPERATORS: Final = {
    "NEAR": (TokenKind.NEAR, 10, 1000),
    "ONEAR": (TokenKind.NEAR, 10, 1000),
    "NOTNEAR": (TokenKind.NOTNEAR, 3, 1000),
    "ATLEAST": (TokenKind.ATLEAST, 3, 1000),
}
"""The operators written with a number, as NEAR/10: their kind, an example of the number, and its maximum.

Beyond 1 000 words AND means nearly the same as NEAR and costs less.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of a query, at the half-open range `span` of characters.

    `text` is a word as written, the content of quotes, or the name before a colon. `exact` is True behind an equals sign. `number` is
    the n of a counted operator, `ordered` is True for ONEAR. `values` are those of a reference, each with its span. `content_start`
    is the offset at which the text of a word or the content of quotes begins.
    """

    kind: TokenKind
    span: Span
    text: str = ""
    exact: bool = False
    number: int = 0
    ordered: bool = False
    values: tuple[tuple[str, Span], ...] = ()
    content_start: int = 0


def query_error(message: str, at: int) -> QueryError:
    """Return the error for the character at offset `at`, counted from 0."""
    return QueryError(message, column=at + 1)


def shorten(text: str) -> str:
    """Return `text`, cut to 40 characters, for an error message."""
    return text if len(text) <= 40 else f"{text[:39]}…"


def skip_space(query: str, at: int) -> int:
    """Return the offset of the first character at or after `at` that is no white space."""
    space = _SPACE.match(query, at)
    return space.end() if space else at


def quoted_token(query: str, at: int, *, exact: bool) -> Token:
    """Return the QUOTED token whose opening mark, or the equals sign before it, is at `at`. Raises QueryError if it is not closed."""
    opening = at + exact
    content = _CONTENT[CLOSERS[query[opening]]].match(query, opening + 1)
    if content is None or content.end() == len(query):
        raise query_error(
            f"the quotation mark {query[opening]} is not closed: expected {_pair(query[opening])} at the end of the phrase", opening
        )
    text = _STRAY_QUOTE.sub(" ", content.group())
    return Token(kind=TokenKind.QUOTED, span=(at, content.end() + 1), text=text, exact=exact, content_start=content.start())


def _pair(mark: str) -> str:
    return '"' if mark in STRAIGHT else CLOSERS[mark]
