"""Call feedparser with one behaviour changed and with limits against hostile input that it lacks.

It has no options for these, so its parser's base class is patched when this module is imported.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser
from feedparser.mixin import _FeedParserMixin

MAX_PERSON = 500
"""Characters of a person's field: the time of feedparser's pattern for addresses grows with the square of the length."""

_LONG_DOMAIN = re.compile(r"(@(?:[\w-]{1,63}\.){1,10}[A-Za-z]{4})[A-Za-z]+")
"""A domain such as `.africa`, of which feedparser's pattern for addresses takes the first four letters, and the rest for a name."""

MAX_TAGS = 200
"""Tags of one entry: feedparser compares each new one with all before it."""

# An identifier is compared, never followed; feedparser would join it to whatever xml:base it met last.
_FeedParserMixin.can_be_relative_uri = _FeedParserMixin.can_be_relative_uri - {"id"}

_find_person = _FeedParserMixin._sync_author_detail  # noqa: SLF001 - there is no public place to patch


def _find_person_in_short(parser: Any, key: str = "author") -> None:
    context = parser._get_context()  # noqa: SLF001 - as above
    person = context.get(key)
    if isinstance(person, str):
        person = person[:MAX_PERSON]
        context[key] = _LONG_DOMAIN.sub(r"\1", person)
    _find_person(parser, key)
    if isinstance(person, str) and _LONG_DOMAIN.search(person):
        context[key] = person


_FeedParserMixin._sync_author_detail = _find_person_in_short  # noqa: SLF001 - as above

_add_tag = _FeedParserMixin._add_tag  # noqa: SLF001 - as above


def _add_one_of_few_tags(parser: Any, term: str | None, scheme: str | None, label: str | None) -> None:
    if len(parser._get_context().get("tags") or ()) < MAX_TAGS:  # noqa: SLF001 - as above
        _add_tag(parser, term, scheme, label)


_FeedParserMixin._add_tag = _add_one_of_few_tags  # noqa: SLF001 - as above


class _OnePerson:
    """The part of a parser that finding a name needs."""

    def __init__(self, person: str) -> None:
        self.context = feedparser.FeedParserDict(author=person, authors=[feedparser.FeedParserDict()])

    def _get_context(self) -> Any:
        return self.context


def find_name(person: str) -> str:
    """Return the name that feedparser finds in a person's field such as `jo@example.org (Jo Doe)`; empty if it finds none."""
    if "@" not in person:
        return person
    parser = _OnePerson(person)
    _find_person_in_short(parser)
    return str(parser.context["authors"][0].get("name") or "")


def parse(body: bytes, *, headers: Mapping[str, str]) -> Any:
    """Return feedparser's result for `body` with HTML unsanitized; None if it raised. Opens no files or addresses."""
    try:
        return feedparser.parse(io.BytesIO(body), response_headers=dict(headers), sanitize_html=False, resolve_relative_uris=False)
    except Exception:  # noqa: BLE001 - it raises a dozen kinds of error on hostile bytes
        return None
