"""What matching an article against the watch list yields."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

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


def match_record(match: Match) -> dict[str, Any]:
    """Return a match as alerts, explanations and dry runs show it in JSON: `field start end text`."""
    return {"field": match.field.value, "start": match.start, "end": match.end, "text": match.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An entity that occurs in an article, and how often."""

    name: str
    type: EntityType
    count: int


class Evidence(Protocol):
    """What an article has to say for the terms that fired on it, worked out when it is asked for: most matches become no alert."""

    def matches(self, term: Term) -> tuple[Match, ...]:
        """Every occurrence that made the term fire, by field (title first) and start."""

    def why(self, term: Term) -> dict[str, Any]:
        """The JSON-ready reason (see extract.explain)."""


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term that fired."""

    term: Term
    evidence: Evidence

    @property
    def matches(self) -> tuple[Match, ...]:
        """Every occurrence that made the term fire, sorted by field (title first) and start."""
        return self.evidence.matches(self.term)

    @property
    def why(self) -> dict[str, Any]:
        """The JSON-ready reason (see extract.explain)."""
        return self.evidence.why(self.term)

    def settled(self) -> TermMatch:
        """The same, worked out once and for all: what is kept for later should not fail later."""
        return TermMatch(self.term, Settled(self.matches, self.why))


@dataclass(frozen=True, slots=True)
class Settled:
    """Evidence that has been worked out."""

    found: tuple[Match, ...]
    reason: dict[str, Any]

    def matches(self, term: Term) -> tuple[Match, ...]:  # noqa: ARG002 - it is the evidence for one term
        """Every occurrence."""
        return self.found

    def why(self, term: Term) -> dict[str, Any]:  # noqa: ARG002 - as above
        """The reason."""
        return self.reason


def match_record(match: Match) -> dict[str, Any]:
    """Return a match as JSON-ready data; offsets count characters of the field."""
    return {"field": match.field.value, "start": match.start, "end": match.end, "text": match.text}
