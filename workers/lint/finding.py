"""What a rule finds, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from monitor.domain.watch import Term, TermKind
from monitor.settings.config_positions import Place
from monitor.settings.model import Settings
from workers.query.syntax import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One doubtful thing: what is wrong, what it leads to, what to write instead. `rule` is the name of the family of rules that found it."""

    rule: str
    place: Place
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSubject:
    """A configuration without faults, with the trees of its queries by the name of their term."""

    settings: Settings
    trees: Mapping[str, Node]

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return the watch list."""
        return self.settings.terms


Doubt: TypeAlias = tuple[Place, str]
"""A place and what is to be said of it."""
Rule: TypeAlias = Callable[[LintSubject], Iterator[Doubt]]


def phrase_place(term: Term, phrase: str, offset: int = 0) -> Place:
    """Return the place of a phrase of a keyword or an entity."""
    if phrase == term.name or " ".join(phrase.split()) == term.name:
        return Place(term=term.where, key=("name",), offset=offset)
    key = "aliases" if term.kind is TermKind.ENTITY else "any"
    return Place(term=term.where, key=(key,), value=phrase, offset=offset)


def query_place(term: Term, offset: int) -> Place:
    """Return the place of a character of a query."""
    return Place(term=term.where, key=("query",), offset=offset)
