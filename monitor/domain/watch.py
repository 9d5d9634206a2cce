"""Define watch terms, as they are configured."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Severity(StrEnum):
    """How important a term is, least first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 for info up to 4 for critical."""
        return list(Severity).index(self)


class TermKind(StrEnum):
    """How a term is matched."""

    KEYWORD = "keyword"
    QUERY = "query"
    ENTITY = "entity"
    REGEX = "regex"


class Spellings(StrEnum):
    """Which spellings of its names an entity is found in: as written, as newspapers write them, transliterations as well."""

    STRICT = "strict"
    USUAL = "usual"
    FUZZY = "fuzzy"


class EntityType(StrEnum):
    """The types of entities."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    OTHER = "other"


class Repeat(StrEnum):
    """What notifies again: nothing else in a story, each of its articles, or each article that joins it as an update."""

    STORY = "story"
    ARTICLE = "article"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Phrases of which one (`require`) or none (`forbid`) must occur within `within` words of an occurrence."""

    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    within: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The articles that a term is matched against; an empty part admits every article. Its stories are told from `origins` independent origins on."""

    sources: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    origins: int = 1

    def admits(self, *, source: str, tags: frozenset[str], language: str | None) -> bool:
        """Whether the term is matched against an article with this source, these tags and this language."""
        return (
            (not self.sources or source in self.sources)
            and (not self.tags or not self.tags.isdisjoint(tags))
            and self.admits_language(language)
        )

    def admits_language(self, language: str | None) -> bool:
        """Whether the term is matched against an article in this language; one of unknown language is admitted."""
        return not self.languages or language is None or language.split("-")[0].lower() in self.languages


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateTo:
    """The channel `to` is told of an alert that nobody has acknowledged `after` this long."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstNotice:
    """Who is told when a term is suddenly everywhere: `channels` None as its alerts are, `severity` None as the term's."""

    channels: tuple[str, ...] | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One watch term; `name` is unique.

    KEYWORD: `phrases` are alternatives, any of which fires. ENTITY: `phrases` are the name and then its aliases, and `type` is set; `strict`: a name of one
    word counts only where the recognizer reads it as that type.
    QUERY: `query` is the text of the query. REGEX: `regex` is the pattern. `without` are phrases in which an occurrence does not count
    (`not:`). `channels` is None if the routes decide; `burst` None: nobody is told of its bursts. `where` is `FILE:LINE:COLUMN`.
    """

    name: str
    kind: TermKind
    phrases: tuple[str, ...] = ()
    query: str | None = None
    regex: str | None = None
    type: EntityType | None = None
    spellings: Spellings = Spellings.USUAL
    strict: bool = False
    without: tuple[str, ...] = ()
    exact: bool = False
    case: bool = False
    stem: bool = False
    context: Context | None = None
    severity: Severity = Severity.MEDIUM
    channels: tuple[str, ...] | None = None
    cooldown: timedelta | None = None
    repeat: Repeat = Repeat.STORY
    escalate: tuple[EscalateTo, ...] = ()
    tags: tuple[str, ...] = ()
    scope: Scope = field(default_factory=Scope)
    burst: BurstNotice | None = None
    where: str = ""
