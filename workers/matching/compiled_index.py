"""A compiled watch list: numbered terms, leaves (words and phrases) and patterns."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from monitor.domain.watch import Term, TermKind
from workers.matching.automaton import Search
from workers.matching.owners import Owners
from workers.matching.phrase import Option, Options
from workers.query.syntax import Node, Phrase, Prefix, Word

Atom: TypeAlias = int


@dataclass(slots=True)
class Index:
    """A compiled watch list. Leaves, terms and patterns are numbered.

    `texts[leaf]` with `options[leaf]` is a leaf's phrase. `own[term]` are the leaves of a keyword's or an entity's phrases; those of
    a query's words and of contexts are looked up in `atoms`. `plain[term]` is 1 for a keyword without
    scope and context, which fires wherever it occurs. `triggers` says which terms a leaf wakes, `followers` which other terms one wakes. The
    `trigger_search` search is for the leaves that are triggers, on every article; the `lazy_search` one for the rest, once a trigger is found.
    """

    terms: tuple[Term, ...]
    texts: list[str] = field(default_factory=list)
    options: array[int] = field(default_factory=lambda: array("B"))
    own: list[tuple[Atom, ...]] = field(default_factory=list)
    plain: bytearray = field(default_factory=bytearray)
    atoms: dict[tuple[str, Options], Atom] = field(default_factory=dict)
    trees: Mapping[int, Node] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    triggers: Owners = field(default_factory=Owners)
    followers: dict[int, list[int]] = field(default_factory=dict)
    trigger_search: Search = field(default_factory=Search)
    lazy_search: Search = field(default_factory=Search)

    def atom(self, text: str, options: Options) -> Atom:
        """The leaf of a query's word or phrase, or of a context's."""
        return self.atoms[text, options]


def options_of(term: Term) -> Options:
    """How the words of a term are to be found."""
    return (
        (Option.EXACT if term.exact else Option.NONE)
        | (Option.CASE if term.case else Option.NONE)
        | (Option.STEM if term.stem else Option.NONE)
        | (Option.ENTITY if term.kind is TermKind.ENTITY else Option.NONE)
    )


def atom_key(node: Word | Prefix | Phrase, options: Options) -> tuple[str, Options]:
    """The phrase and the options by which a leaf of a query tree is looked up."""
    if isinstance(node, Phrase):
        parts = [atom_key(word, options) for word in node.words]
        return " ".join(text for text, _ in parts), max(option for _, option in parts)
    if isinstance(node, Prefix):
        return f"{node.text}*", options | Option.PREFIX
    return node.text, options | Option.CASE if node.exact_case else options
