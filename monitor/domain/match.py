"""What matching an article against the watch list yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from monitor.domain.watch import EntityType, Term


class Field(StrEnum):
    """The two texts of an article that offsets refer to."""

    TITLE = "title"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the matcher looks at. `body` is the article's `text`, `tags` its tags; offsets count characters of these strings."""

    title: str
    body: str
    source: str = ""
    language: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One hit: the half-open character range [start, end) of the original field, and the characters there."""

    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An entity that occurs in an article, and how often."""

    name: str
    type: EntityType
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatch:
    """A term that fired. `matches` is sorted by field (title first) and start; `why` is the JSON-ready reason (see extract.explain)."""

    term: Term
    matches: tuple[Match, ...]
    why: dict[str, Any]
