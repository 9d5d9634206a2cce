"""Define documents, matches and mentions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from monitor.domain.aside import Aside
from monitor.domain.watch import EntityType, Term


class Field(StrEnum):
    """The two texts of an article that offsets refer to."""

    TITLE = "title"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The input of the matcher. `body` is the article's `text`; offsets count characters of `title` and `body`.

    Nothing counts that stands in one of `asides`, parts of `body` that are in order.
    """

    title: str
    body: str
    source: str = ""
    language: str | None = None
    tags: frozenset[str] = frozenset()
    url: str | None = None
    author: str | None = None
    asides: tuple[Aside, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One occurrence: the half-open character range [start, end) of the original field, and the text there.

    `rule` says how a name was found that is written otherwise on the list; `confidence`, for a transliteration, how sure that is (to 1). `doubtful`: here the name may be
    that of something else.
    """

    field: Field
    start: int
    end: int
    text: str
    rule: str = ""
    confidence: float | None = None
    doubtful: bool = False


def match_record(match: Match) -> dict[str, Any]:
    """Return a match as alerts, explanations and dry runs show it in JSON: `field start end text`, and where there are `rule confidence doubtful`."""
    record: dict[str, Any] = {"field": match.field.value, "start": match.start, "end": match.end, "text": match.text}
    if match.rule:
        record["rule"] = match.rule
    if match.confidence is not None:
        record["confidence"] = match.confidence
    if match.doubtful:
        record["doubtful"] = True
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An entity that occurs in an article, how often and where, and whether it is on the watch list."""

    name: str
    type: EntityType
    count: int
    watched: bool = False
    occurrences: tuple[Match, ...] = ()


class Evidence(Protocol):
    """The occurrences and reasons of terms on one article, computed on demand, since most matches become no alert."""

    def matches(self, term: Term) -> tuple[Match, ...]:
        """Return every occurrence that made the term fire, by field (title first) and start."""

    def why(self, term: Term) -> dict[str, Any]:
        """Return the reason as JSON-ready data (see `workers.matching.explain`)."""


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term that fired on an article."""

    term: Term
    evidence: Evidence

    @property
    def matches(self) -> tuple[Match, ...]:
        """Return every occurrence that made the term fire, by field (title first) and start."""
        return self.evidence.matches(self.term)

    @property
    def why(self) -> dict[str, Any]:
        """Return the reason as JSON-ready data (see `workers.matching.explain`)."""
        return self.evidence.why(self.term)

    def computed(self) -> TermMatch:
        """Return the match with its evidence computed now, so that it cannot fail later."""
        return TermMatch(self.term, ComputedEvidence(self.matches, self.why))


@dataclass(frozen=True, slots=True)
class ComputedEvidence:
    """Evidence of one term that has been computed."""

    found: tuple[Match, ...]
    reason: dict[str, Any]

    def matches(self, term: Term) -> tuple[Match, ...]:  # noqa: ARG002 - it is the evidence for one term
        """Return every occurrence."""
        return self.found

    def why(self, term: Term) -> dict[str, Any]:  # noqa: ARG002 - as above
        """Return the reason."""
        return self.reason
