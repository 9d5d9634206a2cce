"""Fields and references: the names that may stand before a colon, and what is asked of them."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final, TypeAlias

from workers.query.lexer import CLOSERS, CLOSING, OPENING, RUN, Kind, Token, fail, quoted, shown, skip
from workers.query.syntax import Span

FIELDS: Final = ("title", "body")
"""What a part of a query can be limited to."""
ATTRIBUTES: Final = ("source", "lang", "tag")
"""What can be asked of an article besides its text."""
REFERENCES: Final = ("entity", "term")
"""What can be named of the watch list."""

NAME: Final = re.compile(r"([A-Za-z]+)[:：](?![:：]|//)")
"""A name and its colon; neither `std::string` nor `https://`."""

_KNOWN: Final = FIELDS + ATTRIBUTES + REFERENCES
_OTHER_NAMES: Final = {
    "headline": "title",
    "intitle": "title",
    "text": "body",
    "content": "body",
    "intext": "body",
    "language": "lang",
    "site": "source",
    "domain": "source",
    "feed": "source",
    "tags": "tag",
}
"""What other search languages call them."""
_EXAMPLES: Final = {"source": '"Example World"', "lang": "en", "tag": "gaza", "entity": "Rafah", "term": '"Truce talks"'}
_Value: TypeAlias = tuple[str, Span]


def named(query: str, found: re.Match[str]) -> Token | None:
    """The field or reference whose name and colon stand there, or None where the colon is only punctuation (`Breaking: …`).

    `found` is a match of NAME. Raises QueryError for an unknown name, and where the name has nothing to ask for.
    """
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
    if not after or after.isspace() or after in CLOSING:
        return None
    known = ", ".join(f"{field}:" for field in _KNOWN)
    raise fail(
        f"there is no field {name_shown} - expected one of {known}; to search for a text with a colon, put it in quotes",
        found.start(),
    )


def _reference(query: str, name: str, found: re.Match[str]) -> Token:
    at = skip(query, found.end())
    if name in ATTRIBUTES and query[at : at + 1] in tuple(OPENING):
        values, end = _value_list(query, name, at)
    else:
        value = _value(query, name, at)
        values, end = (value,), value[1][1]
    return Token(kind=Kind.REFERENCE, span=(found.start(), end), text=name, values=values)


def _value_list(query: str, name: str, opening: int) -> tuple[tuple[_Value, ...], int]:
    """The values of `name:(a OR b)`, and where the list ends."""
    values = []
    at = skip(query, opening + 1)
    while True:
        value = _value(query, name, at)
        values.append(value)
        at = skip(query, value[1][1])
        if at >= len(query):
            raise fail(f"the parenthesis after {name}: is not closed: expected )", opening)
        if query[at] in CLOSING:
            return tuple(values), at + 1
        joint = RUN.match(query, at)
        if joint is None or joint.group() != Kind.OR:
            raise fail(f"expected OR or ) between the values of {name}: (put a value of several words in quotes)", at)
        at = skip(query, joint.end())


def _value(query: str, name: str, at: int) -> _Value:
    if at < len(query) and query[at] in CLOSERS:
        token = quoted(query, at, exact=False)
        text, span = " ".join(token.text.split()), token.span
    elif found := RUN.match(query, at):
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
