"""A query's text cut into tokens, in one pass, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from monitor.domain.errors import QueryError
from workers.extract.query.syntax import Span

MAX_GAP: Final = 1000
"""The largest n of NEAR/n: beyond that, AND says nearly the same and costs less."""
MAX_COUNT: Final = 1000
"""The largest n of ATLEAST/n."""

FIELDS: Final = ("title", "body")
ATTRIBUTES: Final = ("source", "lang", "tag")
REFERENCES: Final = ("entity", "term")
_KNOWN: Final = FIELDS + ATTRIBUTES + REFERENCES
_OTHER_NAMES: Final = {
    "headline": "title",
    "intitle": "title",
    "text": "body",
    "content": "body",
    "intext": "body",
    "language": "lang",
    "site": "source",
    "tags": "tag",
    "name": "entity",
}

_STRAIGHT: Final = '"“”„‟＂'
_CLOSERS: Final = dict.fromkeys(_STRAIGHT, _STRAIGHT) | {"«": "»", "»": "«", "「": "」", "『": "』"}
_MARKS: Final = _STRAIGHT + "«»「」『』"
_GERSHAYIM: Final = f"(?<=[א-ת])[{_STRAIGHT}](?=[א-ת])"  # Hebrew writes its acronyms with a double quote before the last letter
_RUN: Final = re.compile(rf"(?:[^\s()（）{_MARKS}]|{_GERSHAYIM})+")
_CONTENT: Final = {ends: re.compile(rf"(?:[^{ends}]|{_GERSHAYIM})*") for ends in set(_CLOSERS.values())}
_SPACE: Final = re.compile(r"[\s\ufeff]*")
_NAME: Final = re.compile(r"([A-Za-z]+)[:：](?![:：]|//)")
_COUNTED: Final = re.compile(r"(NEAR|ONEAR|ATLEAST)(?:/(.*))?", re.IGNORECASE | re.DOTALL)
_STRAY_QUOTE: Final = re.compile(rf"(?!{_GERSHAYIM})[{_STRAIGHT}]")
_SINGLE_QUOTED: Final = re.compile(r"['‘][^\s'‘’]+(?:\s+(?!(?:AND|OR|NOT)\s)[^\s'‘’()]+){1,5}['’](?![^\s()])")
_MINUS: Final = "-−–"
_ELSEWHERE: Final = {"&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "NOT", "-": "NOT", "−": "NOT", "–": "NOT", "—": "NOT"}


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


def tokens(query: str) -> Iterator[Token]:
    """The tokens of `query` in order. Raises QueryError at the first that cannot be read; linear in the length of `query`."""
    at = _skip(query, 0)
    while at < len(query):
        token = _next(query, at)
        yield token
        at = _skip(query, token.span[1])


def _skip(query: str, at: int) -> int:
    space = _SPACE.match(query, at)
    return space.end() if space else at


def _next(query: str, at: int) -> Token:
    head = query[at]
    if head in "(（":
        return Token(kind=Kind.OPEN, span=(at, at + 1))
    if head in ")）":
        return Token(kind=Kind.CLOSE, span=(at, at + 1))
    after = query[at + 1 : at + 2]
    if head in _MINUS and after and not after.isspace() and after not in ")）" + _MINUS:
        return Token(kind=Kind.NOT, span=(at, at + 1))
    if head == "=" and after and after in _CLOSERS:
        return _quoted(query, at, exact=True)
    if head in _CLOSERS:
        return _quoted(query, at, exact=False)
    return _run(query, at)


def _quoted(query: str, at: int, *, exact: bool) -> Token:
    opening = at + exact
    inside = _CONTENT[_CLOSERS[query[opening]]].match(query, opening + 1)
    if inside is None or inside.end() == len(query):
        raise fail(
            f"the quotation mark {query[opening]} is not closed: expected {_pair(query[opening])} at the end of the phrase", opening
        )
    text = _STRAY_QUOTE.sub(" ", inside.group())
    return Token(kind=Kind.QUOTED, span=(at, inside.end() + 1), text=text, exact=exact, inside=inside.start())


def _pair(mark: str) -> str:
    return '"' if mark in _STRAIGHT else _CLOSERS[mark]


def _run(query: str, at: int) -> Token:
    if name := _NAME.match(query, at):
        token = _named(query, name)
        if token is not None:
            return token
    found = _RUN.match(query, at)
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


def _named(query: str, found: re.Match[str]) -> Token | None:
    """The field or reference whose name and colon stand there, or None where the colon is only punctuation (`Breaking: …`)."""
    name = found.group(1).lower()
    if name in FIELDS:
        return Token(kind=Kind.FIELD, span=found.span(), text=name)
    if name in _KNOWN:
        return _reference(query, name, found)
    name_shown = shown(found.group())
    near = _OTHER_NAMES.get(name) or next(iter(get_close_matches(name[:40], _KNOWN, n=1, cutoff=0.7)), None)
    if near:
        raise fail(f"there is no field {name_shown} - did you mean {near}: ?", found.start())
    after = query[found.end() : found.end() + 1]
    if not after or after.isspace() or after in ")）":
        return None
    known = ", ".join(f"{field}:" for field in _KNOWN)
    raise fail(
        f"there is no field {name_shown} - expected one of {known}; to search for a text with a colon, put it in quotes",
        found.start(),
    )


def _reference(query: str, name: str, found: re.Match[str]) -> Token:
    at = _skip(query, found.end())
    if name in ATTRIBUTES and query[at : at + 1] in ("(", "（"):
        values, end = _value_list(query, name, at)
    else:
        value = _value(query, name, at)
        values, end = (value,), value[1][1]
    return Token(kind=Kind.REFERENCE, span=(found.start(), end), text=name, values=values)


def _value_list(query: str, name: str, opening: int) -> tuple[tuple[tuple[str, Span], ...], int]:
    """The values of `name:(a OR b)`, and where the list ends."""
    values = []
    at = _skip(query, opening + 1)
    while True:
        value = _value(query, name, at)
        values.append(value)
        at = _skip(query, value[1][1])
        if at >= len(query):
            raise fail(f"the parenthesis after {name}: is not closed: expected )", opening)
        if query[at] in ")）":
            return tuple(values), at + 1
        joint = _RUN.match(query, at)
        if joint is None or joint.group() != Kind.OR:
            raise fail(f"expected OR or ) between the values of {name}: (put a value of several words in quotes)", at)
        at = _skip(query, joint.end())


def _value(query: str, name: str, at: int) -> tuple[str, Span]:
    if at < len(query) and query[at] in _CLOSERS:
        token = _quoted(query, at, exact=False)
        text, span = " ".join(token.text.split()), token.span
    elif found := _RUN.match(query, at):
        text, span = found.group(), found.span()
        if text in (Kind.AND, Kind.OR, Kind.NOT):
            text = ""
        if text.endswith("*"):
            raise fail(f"{name}: takes a whole name, without *", found.end() - 1)
    else:
        text, span = "", (at, at)
    if not text:
        raise fail(f"expected a name after {name}: such as {name}:{_EXAMPLES[name]} (a name of several words in quotes)", span[0])
    return text, span


_EXAMPLES: Final = {"source": '"Example World"', "lang": "en", "tag": "gaza", "entity": "Rafah", "term": '"Truce talks"'}
