"""A query's text cut into tokens, in one pass, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workers.query.fields import NAME, named
from workers.query.lexer import CLOSERS, CLOSING, OPENING, RUN, Kind, Token, fail, quoted, skip
from workers.query.syntax import Span

MAX_GAP: Final = 1000
"""The largest n of NEAR/n: beyond that, AND says nearly the same and costs less."""
MAX_COUNT: Final = 1000
"""The largest n of ATLEAST/n."""

_COUNTED: Final = re.compile(r"(NEAR|ONEAR|ATLEAST)(?:/(.*))?", re.IGNORECASE | re.DOTALL)
_SINGLE_QUOTED: Final = re.compile(r"['‘][^\s'‘’]+(?:\s+(?!(?:AND|OR|NOT)\s)[^\s'‘’()]+){1,5}['’](?![^\s()])")
_MINUS: Final = "-−–"
_ELSEWHERE: Final = {"&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "NOT", "-": "NOT", "−": "NOT", "–": "NOT", "—": "NOT"}


def tokens(query: str) -> Iterator[Token]:
    """The tokens of `query` in order. Raises QueryError at the first that cannot be read; linear in the length of `query`."""
    at = skip(query, 0)
    while at < len(query):
        token = _next(query, at)
        yield token
        at = skip(query, token.span[1])


def _next(query: str, at: int) -> Token:
    head = query[at]
    if head in OPENING:
        return Token(kind=Kind.OPEN, span=(at, at + 1))
    if head in CLOSING:
        return Token(kind=Kind.CLOSE, span=(at, at + 1))
    after = query[at + 1 : at + 2]
    if head in _MINUS and after and not after.isspace() and after not in CLOSING + _MINUS:
        return Token(kind=Kind.NOT, span=(at, at + 1))
    if head == "=" and after and after in CLOSERS:
        return quoted(query, at, exact=True)
    if head in CLOSERS:
        return quoted(query, at, exact=False)
    return _run(query, at)


def _run(query: str, at: int) -> Token:
    if name := NAME.match(query, at):
        token = named(query, name)
        if token is not None:
            return token
    found = RUN.match(query, at)
    if found is None:
        raise fail(f"a closing {query[at]} without its opening mark", at)
    if _SINGLE_QUOTED.match(query, at):
        raise fail('expected double quotes " around a phrase', at)
    text = found.group()
    span = (at, found.end())
    if text in (Kind.AND, Kind.OR, Kind.NOT):
        return Token(kind=Kind(text), span=span)
    if text in _ELSEWHERE:
        raise fail(_not_an_operator(text), at)
    if counted := _COUNTED.fullmatch(text):
        token = _counted(counted, span)
        if token is not None:
            return token
    exact = text.startswith("=") and len(text) > 1
    return Token(kind=Kind.WORD, span=span, text=text[exact:], exact=exact, inside=at + exact)


def _not_an_operator(text: str) -> str:
    if text in _MINUS:
        return f"expected the word to leave out directly after {text}, without a space"
    return f"{text} is no operator here: write {_ELSEWHERE[text]}"


def _counted(found: re.Match[str], span: Span) -> Token | None:
    """The operator with a number that stands there, or None where it is only a word such as `near` or `near/far`."""
    name, number = found.group(1), found.group(2)
    digits = number is not None and number.isascii() and number.isdigit()
    if name != name.upper():
        if digits:
            raise fail(f"operators are written in capitals: expected {name.upper()}/{number}", span[0])
        return None
    example = f"{name}/3" if name == "ATLEAST" else f"{name}/10"
    limit = MAX_COUNT if name == "ATLEAST" else MAX_GAP
    if not digits:
        raise fail(
            f'{name} needs a number: expected for example {example} (for the word itself, write "{name}" in quotes)', span[0]
        )
    if len(number) > len(str(limit)) or not 1 <= int(number) <= limit:
        raise fail(f"expected a number from 1 to {limit} after {name}/", span[0] + len(name) + 1)
    kind = Kind.ATLEAST if name == "ATLEAST" else Kind.NEAR
    return Token(kind=kind, span=span, text=name, number=int(number), ordered=name == "ONEAR")
