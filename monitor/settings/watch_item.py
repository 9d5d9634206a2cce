"""The model of one item of `watch:`, and the term it defines."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from monitor.domain.watch import BurstNotice, Context, EntityType, EscalateTo, Repeat, Scope, Severity, Spellings, Term, TermKind
from monitor.settings.escalation_steps import Escalation
from monitor.settings.values import Language, OneOrMany, Section, Text, Wait

_KEYWORD_OPTIONS = ("exact", "case", "stem")


class ContextSettings(Section):
    """Words near a hit: one of `require` must be, none of `forbid` may be within `within` words."""

    require: tuple[Text, ...] = ()
    forbid: tuple[Text, ...] = ()
    within: Annotated[int, Field(ge=1, le=10_000)] = 30

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.require and not self.forbid:
            raise ValueError("`context` needs `require` or `forbid`")
        return self


class OnlySettings(Section):
    """The articles that a term is limited to, and how many independent origins a story needs before it is told; each part is optional."""

    sources: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    languages: tuple[Language, ...] = ()
    origins: Annotated[int, Field(ge=1, le=20)] = 1


class BurstSettings(Section):
    """Who is told when the term is suddenly everywhere: `channels` None as its alerts are, `severity` None as the term's."""

    channels: Annotated[tuple[Text, ...], OneOrMany()] | None = None
    severity: Severity | None = None


class WatchItem(Section):
    """A watch item. `query` makes it a query, `regex` a regular expression, `type` an entity, anything else is a keyword."""

    shorthand: ClassVar[str | None] = "name"

    name: Text
    any: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    query: Text | None = None
    regex: Text | None = None
    type: EntityType | None = None
    aliases: tuple[Text, ...] = ()
    spellings: Spellings = Spellings.USUAL
    strict: bool = False
    without: tuple[Text, ...] = Field(default=(), alias="not")
    exact: bool = False
    case: bool = False
    stem: bool = False
    context: ContextSettings | None = None
    severity: Severity = Severity.MEDIUM
    channels: tuple[Text, ...] | None = None
    cooldown: Wait | None = None
    repeat: Repeat = Repeat.STORY
    escalate: Escalation | None = None
    tags: tuple[Text, ...] = ()
    only: OnlySettings | None = None
    burst: BurstSettings | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.query is not None:
            self._refuse("a query", "any", "regex", "type", "aliases", "spellings", "strict", "context")
        elif self.regex is not None:
            self._refuse("a regular expression", "any", "type", "aliases", "spellings", "strict", *_KEYWORD_OPTIONS)
        elif self.type is not None:
            self._refuse("an entity (it has a `type`)", "any", *_KEYWORD_OPTIONS)
        elif self.aliases:
            raise ValueError("`aliases` belong to an entity: add a `type` (person, organisation, place, other), or use `any`")
        elif wrong := [key for key in ("spellings", "strict") if key in self.model_fields_set]:
            raise ValueError(f"`{wrong[0]}` belongs to an entity: add a `type` (person, organisation, place, other)")
        return self

    def _refuse(self, kind: str, *keys: str) -> None:
        given = self.model_fields_set
        wrong = [f"`{key}`" for key in keys if key in given and getattr(self, key) not in (None, (), False)]
        if wrong:
            raise ValueError(f"{kind} cannot have {', '.join(wrong)}")

    def _kind_and_phrases(self, name: str) -> tuple[TermKind, tuple[str, ...]]:
        if self.query is not None:
            return TermKind.QUERY, ()
        if self.regex is not None:
            return TermKind.REGEX, ()
        if self.type is not None:
            return TermKind.ENTITY, _distinct(name, *self.aliases)
        return TermKind.KEYWORD, _distinct(*(self.any or (name,)))

    def term(self, where: str) -> Term:
        """Return the term; `where` is `FILE:LINE:COLUMN` of its query or regular expression, or else of its name."""
        name = " ".join(self.name.split())
        kind, phrases = self._kind_and_phrases(name)
        return Term(
            name=name,
            kind=kind,
            phrases=phrases,
            query=self.query,
            regex=self.regex,
            type=self.type,
            spellings=self.spellings,
            strict=self.strict,
            without=self.without,
            exact=self.exact,
            case=self.case,
            stem=self.stem,
            context=None if self.context is None else Context(**self.context.model_dump()),
            severity=self.severity,
            channels=self.channels,
            cooldown=self.cooldown,
            repeat=self.repeat,
            escalate=tuple(EscalateTo(after=step.after, to=step.to) for step in self.escalate or ()),
            tags=self.tags,
            scope=_NO_SCOPE if self.only is None else _scope(self.only),
            burst=None if self.burst is None else BurstNotice(channels=self.burst.channels, severity=self.burst.severity),
            where=where,
        )


_NO_SCOPE = Scope()


def _distinct(*phrases: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrases))


def _scope(only: OnlySettings) -> Scope:
    return Scope(
        sources=frozenset(only.sources),
        tags=frozenset(only.tags),
        languages=frozenset(language.lower().split("-")[0] for language in only.languages),
        origins=only.origins,
    )
