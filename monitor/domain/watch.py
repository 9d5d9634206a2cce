"""Watch terms as the configuration states them, ready to be compiled into a matcher."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Severity(StrEnum):
    """How much a term matters, least first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return list(Severity).index(self)


class TermKind(StrEnum):
    """How a term is matched."""

    KEYWORD = "keyword"
    QUERY = "query"
    ENTITY = "entity"


class EntityType(StrEnum):
    """What an entity is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    OTHER = "other"


class Repeat(StrEnum):
    """What notifies again: nothing within a story, each article of it, or each growth of it."""

    STORY = "story"
    ARTICLE = "article"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Words that must (any of `require`) or must not (any of `forbid`) stand within `within` words of a hit."""

    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    within: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The articles a term looks at; an empty part admits everything."""

    sources: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    def admits(self, *, source: str, tags: frozenset[str], language: str | None) -> bool:
        """Whether an article of this source, with these tags and this language, is looked at."""
        return (
            (not self.sources or source in self.sources)
            and (not self.tags or not self.tags.isdisjoint(tags))
            and self.admits_language(language)
        )

    def admits_language(self, language: str | None) -> bool:
        """Whether an article in this language is looked at; one whose language cannot be told is, since it may be the one."""
        return not self.languages or language is None or language.split("-")[0].lower() in self.languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One watch term; `name` is unique.

    `kind` KEYWORD: `phrases` holds the spellings, any of which fires. ENTITY: `phrases` holds the name and then its aliases, and
    `type` is set. QUERY: `query` holds the source text. `channels` None means: as the routes say. `where` is `FILE:LINE:COLUMN`.
    """

    name: str
    kind: TermKind
    phrases: tuple[str, ...] = ()
    query: str | None = None
    type: EntityType | None = None
    exact: bool = False
    case: bool = False
    stem: bool = False
    context: Context | None = None
    severity: Severity = Severity.MEDIUM
    channels: tuple[str, ...] | None = None
    cooldown: timedelta | None = None
    repeat: Repeat = Repeat.STORY
    tags: tuple[str, ...] = ()
    scope: Scope = field(default_factory=Scope)
    where: str = ""
