"""Choose the triggers of each term: a few atoms or terms of which at least one must occur before the term is evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workers.matching.compact_multimap import CompactMultimap
from workers.matching.compiled_index import CompiledIndex, atom_key, named_keys, options_of
from workers.matching.phrase import Option, phrase_of
from workers.matching.stems import common_stem
from workers.query.syntax import (
    EntityRef,
    NamedRef,
    Node,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Wildcard,
    Word,
    required_children,
    walk_nodes,
)

_MOST_REQUIRED: Final = 2
_MOST_ATOMS: Final = 12
"""Parts with more atoms, and more than so many parts, are not looked at before a term is evaluated."""
_PHRASE: Final = 0.3
"""How much rarer a phrase is with every further word."""


@dataclass(frozen=True, slots=True)
class _Trigger:
    """Atoms and terms of which at least one occurs wherever a node holds, and in what share of articles one does."""

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
    woken: dict[int, list[int]] = {}
    for atom, number in keys:
        index.terms_by_trigger.add(atom, number)
        woken.setdefault(number, []).append(atom)
    numbers = [index.numbers[name] for name in order]
    _learn_words(index, numbers)
    frequencies: dict[int, float] = {}
    for number in numbers:
        trigger, *others = sorted(_parts(index, index.trees[number], number, frequencies, woken), key=_frequency_of)
        frequencies[number] = trigger.frequency
        required = [tuple(part.atoms) for part in others[:_MOST_REQUIRED] if not part.terms and len(part.atoms) <= _MOST_ATOMS]
        if required:
            index.required[number] = tuple(required)
        for atom in sorted(trigger.atoms):
            index.terms_by_trigger.add(atom, number)
        for other in sorted(trigger.terms):
            index.referring_terms.setdefault(other, []).append(number)


def _of_atoms(index: CompiledIndex, atoms: Iterable[int]) -> _Trigger:
    return _Trigger(atoms=frozenset(atoms), frequency=sum(_frequency(index, atom) for atom in atoms))


def _learn_words(index: CompiledIndex, numbers: Sequence[int]) -> None:
    """Ask for the frequencies of the words of these queries, all at once."""
    index.shares.learn(
        word
        for number in numbers
        for node in walk_nodes(index.trees[number])
        if isinstance(node, Word | Phrase)
        for word in phrase_of(*atom_key(node, options_of(index.terms[number]))).words
    )


def _of_term(index: CompiledIndex, number: int, frequencies: dict[int, float], woken: Mapping[int, Sequence[int]]) -> _Trigger:
    if number not in frequencies:
        frequencies[number] = _of_atoms(index, (*index.term_atoms[number], *woken.get(number, ()))).frequency
    return _Trigger(terms=frozenset((number,)), frequency=frequencies[number])


def _parts(
    index: CompiledIndex, node: Node, number: int, frequencies: dict[int, float], woken: Mapping[int, Sequence[int]]
) -> list[_Trigger]:
    """Return the parts of which each must occur wherever a node holds; none if it may hold without any."""
    match node:
        case Word() | Prefix() | Wildcard() | Phrase():
            return [_of_atoms(index, (index.atom(*atom_key(node, options_of(index.terms[number]))),))]
        case NamedRef():
            return [_of_atoms(index, [index.atom(text, options) for text, options in named_keys(node)])]
        case EntityRef(name=name) | TermRef(name=name):
            return [_of_term(index, index.numbers[name], frequencies, woken)]
        case Or(children=nodes):
            choices = [_parts(index, child, number, frequencies, woken) for child in nodes]
            return [_one_of([min(parts, key=_frequency_of) for parts in choices])] if all(choices) else []
        case _:
            nodes = required_children(node)
            return [part for child in nodes for part in _parts(index, child, number, frequencies, woken)]


def _frequency_of(part: _Trigger) -> float:
    return part.frequency


def _one_of(parts: Sequence[_Trigger]) -> _Trigger:
    return _Trigger(
        atoms=frozenset().union(*(part.atoms for part in parts)),
        terms=frozenset().union(*(part.terms for part in parts)),
        frequency=sum(part.frequency for part in parts),
    )


def _frequency(index: CompiledIndex, atom: int) -> float:
    """Return the share of articles in which a pattern of an atom is to be expected: that of its rarest word, less with every further one."""
    options, shares = index.options[atom], index.shares
    if options & Option.NAME_KEY:
        return shares.of_word(index.texts[atom])
    phrase = phrase_of(index.texts[atom], options)
    if options & Option.STEM:
        return shares.of_beginning(common_stem(phrase).decode("utf-8", "replace"))
    searched = phrase.words[: min(phrase.open) + 1] if phrase.open else phrase.words
    rarest = min(shares.of_beginning(word) if at in phrase.open else shares.of_word(word) for at, word in enumerate(searched))
    return rarest * _PHRASE ** (len(searched) - 1)
