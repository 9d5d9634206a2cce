"""Choose the triggers of each term: a few atoms or terms of which at least one must occur before the term is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from workers.matching.compact_multimap import CompactMultimap
from workers.matching.compiled_index import CompiledIndex, atom_key, named_keys, options_of
from workers.matching.phrase import Option, phrase_of
from workers.matching.word_breaks import FUNCTION_WORDS
from workers.query.syntax import EntityRef, NamedRef, Node, Or, Phrase, Prefix, TermRef, Wildcard, Word, required_children

_FREQUENT: Final = frozenset(
    b"said says new people year years time government country president state states minister world war day week last first two police "
    b"news report officials military attack forces city against million group national international security man men women today united "
    b"since court law party political leader leaders public american military health support killed monday tuesday wednesday thursday "
    b"friday saturday sunday".split()
)
"""Words that occur in a large share of all news articles, besides the function words."""


@dataclass(frozen=True, slots=True)
class _Trigger:
    """Atoms and terms of which at least one occurs wherever a node holds, and a guess at how often one does."""

    atoms: frozenset[int] = frozenset()
    terms: frozenset[int] = frozenset()
    frequency: float = 0.0


def set_triggers(index: CompiledIndex, order: Sequence[str], keys: Iterable[tuple[int, int]] = ()) -> None:
    """Write the triggers of each term into the index.

    `order` names the queries, each after those it refers to; `keys` are further atoms, with the entity that may occur where they do.

    The trigger of a reference is the term it names, not that term's atoms: a thousand references to a long list cost a thousand numbers.
    """
    index.terms_by_trigger = CompactMultimap(len(index.texts))
    for number, atoms in enumerate(index.term_atoms):
        for atom in dict.fromkeys(atoms):
            index.terms_by_trigger.add(atom, number)
    for atom, number in keys:
        index.terms_by_trigger.add(atom, number)
    frequencies: dict[int, float] = {}
    for number in (index.numbers[name] for name in order):
        trigger = _of_node(index, index.trees[number], number, frequencies)
        assert trigger is not None, "a query without a trigger is refused before"
        frequencies[number] = trigger.frequency
        for atom in sorted(trigger.atoms):
            index.terms_by_trigger.add(atom, number)
        for other in sorted(trigger.terms):
            index.referring_terms.setdefault(other, []).append(number)


def _of_atoms(index: CompiledIndex, atoms: Iterable[int]) -> _Trigger:
    return _Trigger(atoms=frozenset(atoms), frequency=sum(_frequency(index, atom) for atom in atoms))


def _of_term(index: CompiledIndex, number: int, frequencies: dict[int, float]) -> _Trigger:
    if number not in frequencies:
        frequencies[number] = _of_atoms(index, index.term_atoms[number]).frequency
    return _Trigger(terms=frozenset((number,)), frequency=frequencies[number])


def _of_node(index: CompiledIndex, node: Node, number: int, frequencies: dict[int, float]) -> _Trigger | None:
    match node:
        case Word() | Prefix() | Wildcard() | Phrase():
            return _of_atoms(index, (index.atom(*atom_key(node, options_of(index.terms[number]))),))
        case NamedRef():
            return _of_atoms(index, [index.atom(text, options) for text, options in named_keys(node)])
        case EntityRef(name=name) | TermRef(name=name):
            return _of_term(index, index.numbers[name], frequencies)
        case Or(children=nodes):
            parts = [part for child in nodes if (part := _of_node(index, child, number, frequencies)) is not None]
            return _one_of(parts) if len(parts) == len(nodes) else None
        case _:
            nodes = required_children(node)
            parts = [part for child in nodes if (part := _of_node(index, child, number, frequencies)) is not None]
            return min(parts, key=lambda part: part.frequency, default=None)


def _one_of(parts: Sequence[_Trigger]) -> _Trigger:
    return _Trigger(
        atoms=frozenset().union(*(part.atoms for part in parts)),
        terms=frozenset().union(*(part.terms for part in parts)),
        frequency=sum(part.frequency for part in parts),
    )


def _frequency(index: CompiledIndex, atom: int) -> float:
    """Return a guess at the share of articles in which an atom occurs: that of its rarest word, less with every further word."""
    options = index.options[atom]
    phrase = phrase_of(index.texts[atom], options)
    words = [word.encode() for word in phrase.words]
    rarest = min(1.0 if word in FUNCTION_WORDS else 0.3 if word in _FREQUENT else 0.2 / (1 + len(word)) for word in words)
    return rarest / len(words) * (5 if phrase.open or options & Option.STEM else 1)
