"""Read the tokens of fields and references: a name, a colon, and for a reference the values after it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final, TypeAlias

from workers.query.syntax import Span
from workers.query.tokens import CLOSERS, CLOSING, OPENING, RUN, Token, TokenKind, query_error, quoted_token, shorten, skip_space

FIELDS: Final = ("title", "body")
"""The fields to which a part of a query can be limited."""
ATTRIBUTES: Final = ("source", "lang", "tag", "site", "url", "author")
"""The properties of an article that a query can test besides its text."""
REFERENCES: Final = ("entity", "term")
"""The items of the watch list to which a query can refer."""

NAME_FIELDS: Final = ("person", "org", "place", "in")
"""The kinds of names recognized in an article for which a query can ask."""

NAME: Final = re.compile(r"([A-Za-z]+)[:：](?![:：]|//)")
"""A name and its colon, but not `std::string` and not `https://`."""

_KNOWN: Final = FIELDS + ATTRIBUTES + REFERENCES + NAME_FIELDS
_OTHER_NAMES: Final = {
    "headline": "title",
    "intitle": "title",
    "text": "body",
    "content": "body",
    "intext": "body",
    "language": "lang",
    "domain": "site",
    "host": "site",
    "link": "url",
    "inurl": "url",
    "by": "author",
    "feed": "source",
    "tags": "tag",
    "organisation": "org",
    "organization": "org",
    "location": "place",
    "people": "person",
}
"""Names that other search languages use, with ours."""
_EXAMPLES: Final = {
    "source": '"Example World"',
    "lang": "en",
    "tag": "gaza",
    "site": "example.org",
    "url": "/sport/",
    "author": '"Jane Doe"',
    "entity": "Rafah",
    "term": '"Truce talks"',
    "person": '"Antony Blinken"',
    "org": "UNRWA",
    "place": "Rafah",
    "in": "Gaza",
}
_Value: TypeAlias = tuple[str, Span]


def field_or_reference(query: str, found: re.Match[str]) -> Token | None:
    """Return the token of the field or reference at `found`, or None where the colon is only punctuation (`Breaking: …`).

    `found` is a match of NAME. Raises QueryError for an unknown name, and for a reference without a value.
    """
    name = found.group(1).lower()
    if name in FIELDS:
        return Token(kind=TokenKind.FIELD, span=found.span(), text=name)
    if name in _KNOWN:
        return _reference(query, name, found)
    name_shown = shorten(found.group())
    near = _OTHER_NAMES.get(name) or next(iter(get_close_matches(name[:40], _KNOWN, n=1, cutoff=0.7)), None)
    if near:
        raise query_error(f"there is no field {name_shown} - did you mean {near}: ?", found.start())
    after = query[found.end() : found.end() + 1]
    if not after or after.isspace() or after in CLOSING:
        return None
    known = ", ".join(f"{field}:" for field in _KNOWN)
    raise query_error(
        f"there is no field {name_shown} - expected one of {known}; to search for a text with a colon, put it in quotes",
        found.start(),
    )


def _reference(query: str, name: str, found: re.Match[str]) -> Token:
    at = skip_space(query, found.end())
    if name in ATTRIBUTES and query[at : at + 1] in tuple(OPENING):
        values, end = _value_list(query, name, at)
    else:
        value = _value(query, name, at)
        values, end = (value,), value[1][1]
    return Token(kind=TokenKind.REFERENCE, span=(found.start(), end), text=name, values=values)


def _value_list(query: str, name: str, opening: int) -> tuple[tuple[_Value, ...], int]:
    """Return the values of `name:(a OR b)`, and the offset where the list ends."""
    values = []
    at = skip_space(query, opening + 1)
    while True:
        value = _value(query, name, at)
        values.append(value)
        at = skip_space(query, value[1][1])
        if at >= len(query):
            raise query_error(f"the parenthesis after {name}: is not closed: expected )", opening)
        if query[at] in CLOSING:
            return tuple(values), at + 1
        between = RUN.match(query, at)
        if between is None or between.group() != TokenKind.OR:
            raise query_error(f"expected OR or ) between the values of {name}: (put a value of several words in quotes)", at)
        at = skip_space(query, between.end())


def _value(query: str, name: str, at: int) -> _Value:
    if at < len(query) and query[at] in CLOSERS:
        token = quoted_token(query, at, exact=False)
        text, span = " ".join(token.text.split()), token.span
    elif found := RUN.match(query, at):
        text, span = found.group(), found.span()
        if text in (TokenKind.AND, TokenKind.OR, TokenKind.NOT):
            text = ""
        if text.endswith("*"):
            raise query_error(f"{name}: takes a whole name, without *", found.end() - 1)
    else:
        text, span = "", (at, at)
    if not text:
        raise query_error(
            f"expected a name after {name}: such as {name}:{_EXAMPLES[name]} (a name of several words in quotes)", span[0]
        )
    return text, span
