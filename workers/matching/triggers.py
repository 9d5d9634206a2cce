"""Which terms an article's words call for: every term names a few leaves of which one must be there, and sleeps until one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from workers.matching.compiled_index import Index, atom_key, options_of
from workers.matching.owners import Owners
from workers.matching.phrase import Option, phrase_of
from workers.matching.spellings import FUNCTION_WORDS
from workers.query.syntax import And, AtLeast, Attribute, EntityRef, InField, Near, Node, Not, Or, Phrase, Prefix, TermRef, Word

_FREQUENT: Final = frozenset(
    b"said says new people year years time government country president state states minister world war day week last first two police "
    b"news report officials military attack forces city against million group national international security man men women today united "
    b"since court law party political leader leaders public american military health support killed monday tuesday wednesday thursday "
    b"friday saturday sunday".split()
)
"""Words that stand in a large share of all news articles (besides the function words)."""


@dataclass(frozen=True, slots=True)
class _Trigger:
    """Leaves and other terms of which at least one occurs wherever something holds, and about how often one does."""

    atoms: frozenset[int] = frozenset()
    terms: frozenset[int] = frozenset()
    frequency: float = 0.0


def set_triggers(index: Index, order: Sequence[str]) -> None:
    """Note what wakes each term. `order` names the queries, each after those it refers to.

    A reference is woken by the term it names, not by that term's leaves: a thousand references to a long list cost a thousand numbers.
    """
    index.triggers = Owners(len(index.texts))
    for number, atoms in enumerate(index.own):
        for atom in dict.fromkeys(atoms):
            index.triggers.add(atom, number)
    frequencies: dict[int, float] = {}
    for number in (index.names[name] for name in order):
        trigger = _of_node(index, index.trees[number], number, frequencies)
        assert trigger is not None, "a query without a trigger is refused before"
        frequencies[number] = trigger.frequency
        for atom in sorted(trigger.atoms):
            index.triggers.add(atom, number)
        for other in sorted(trigger.terms):
            index.followers.setdefault(other, []).append(number)


def _of_leaves(index: Index, atoms: Iterable[int]) -> _Trigger:
    return _Trigger(atoms=frozenset(atoms), frequency=sum(_frequency(index, atom) for atom in atoms))


def _of_term(index: Index, number: int, frequencies: dict[int, float]) -> _Trigger:
    if number not in frequencies:
        frequencies[number] = _of_leaves(index, index.own[number]).frequency
    return _Trigger(terms=frozenset((number,)), frequency=frequencies[number])


def _of_node(index: Index, node: Node, number: int, frequencies: dict[int, float]) -> _Trigger | None:
    match node:
        case Word() | Prefix() | Phrase():
            return _of_leaves(index, (index.atom(*atom_key(node, options_of(index.terms[number]))),))
        case EntityRef(name=name) | TermRef(name=name):
            return _of_term(index, index.names[name], frequencies)
        case Not() | Attribute():
            return None
        case AtLeast(child=child) | InField(child=child):
            return _of_node(index, child, number, frequencies)
        case Or(children=below):
            parts = [part for child in below if (part := _of_node(index, child, number, frequencies)) is not None]
            return _one_of(parts) if len(parts) == len(below) else None
        case And(children=below) | Near(operands=below):
            parts = [part for child in below if (part := _of_node(index, child, number, frequencies)) is not None]
            return min(parts, key=lambda part: part.frequency) if parts else None


def _one_of(parts: Sequence[_Trigger]) -> _Trigger:
    return _Trigger(
        atoms=frozenset().union(*(part.atoms for part in parts)),
        terms=frozenset().union(*(part.terms for part in parts)),
        frequency=sum(part.frequency for part in parts),
    )


def _frequency(index: Index, atom: int) -> float:
    """A guess at the share of articles that hold a leaf: as rare as its rarest word, and rarer with every further one."""
    options = index.options[atom]
    phrase = phrase_of(index.texts[atom], options)
    words = [word.encode() for word in phrase.words]
    rarest = min(1.0 if word in FUNCTION_WORDS else 0.3 if word in _FREQUENT else 0.2 / (1 + len(word)) for word in words)
    return rarest / len(words) * (5 if phrase.open or options & Option.STEM else 1)
