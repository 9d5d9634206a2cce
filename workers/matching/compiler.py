"""Watch terms turned into leaves (words and phrases), patterns for the automaton, and the triggers that lead from one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from monitor.domain.errors import ConfigError
from monitor.domain.watch import Term, TermKind
from workers.matching.automaton import Automaton, Search, atom_ref
from workers.matching.compiled_index import Atom, Index, atom_key, options_of
from workers.matching.phrase import Option, Options, parse_phrase
from workers.matching.spellings import patterns
from workers.matching.triggers import set_triggers
from workers.matching.watchlist_check import Checked, check
from workers.query.syntax import Node, Phrase, Prefix, Word, walk

_Known: TypeAlias = dict[tuple[str, Options], Atom]


LONG: Final = 5_000
"""Leaves from which automata are taken over from an earlier list; those of a shorter one are built in no time."""
MOST_CHANGED: Final = 0.1
"""Share of the leaves that may have come or gone before everything is built anew."""


def compile_terms(terms: Sequence[Term], before: Index | None = None) -> Index:
    """The index of a watch list. Raises ConfigError with a fault for every term that cannot be compiled.

    `before` is the index of an earlier list: if nearly all leaves are in it, its automata are taken over and only the rest is built.
    """
    checked = check(terms)
    if checked.faults:
        raise ConfigError(checked.faults)
    index, used = _numbered(terms, checked, before)
    if before is not None and _much_changed(used, before):
        before = None
        index, used = _numbered(terms, checked, before)
    awake = [atom for atom, wanted in enumerate(used) if wanted and index.triggers.of(atom)]
    asleep = [atom for atom, wanted in enumerate(used) if wanted and not index.triggers.of(atom)]
    index.trigger_search = _search(index, awake, before.trigger_search if before else None)
    index.lazy_search = _search(index, asleep, before.lazy_search if before else None)
    return index


def _numbered(terms: Sequence[Term], checked: Checked, before: Index | None) -> tuple[Index, bytearray]:
    """All but the automata, and which leaves are used: an earlier index lends its numbers, also those that are not needed any more."""
    index = Index(terms=tuple(terms), trees=checked.trees)
    index.names = {term.name: number for number, term in enumerate(index.terms)}
    index.plain = bytearray(_is_plain(term) for term in index.terms)
    if before is not None:
        index.texts, index.options = before.texts.copy(), before.options[:]
    used = _number_leaves(index)
    set_triggers(index, checked.order)
    return index, used


def _much_changed(used: bytearray, before: Index) -> bool:
    come, gone = len(used) - len(before.trigger_search.held), used.count(0)
    return len(used) < LONG or come + gone > MOST_CHANGED * len(used)


def _search(index: Index, atoms: Sequence[Atom], before: Search | None) -> Search:
    if before is not None:
        held = before.held
        later = [atom for atom in atoms if atom >= len(held) or not held[atom]]
        return Search(before.base, held, Automaton(_patterns_of(index, later)))
    flags = bytearray(len(index.texts))
    for atom in atoms:
        flags[atom] = 1
    return Search(Automaton(_patterns_of(index, atoms)), bytes(flags))


def _patterns_of(index: Index, atoms: Iterable[Atom]) -> Iterator[tuple[int, bytes]]:
    for atom in atoms:
        for pattern, certain in patterns(parse_phrase(index.texts[atom], index.options[atom])):
            yield atom_ref(atom, certain=certain), pattern


def _number_leaves(index: Index) -> bytearray:
    known: _Known = {key: atom for atom, key in enumerate(zip(index.texts, index.options, strict=True))}
    used = bytearray(len(known))
    for number, term in enumerate(index.terms):
        for text, options in _looked_up(term, index.trees.get(number)):
            index.atoms[text, options] = _intern(index, known, used, text, options)
        options = options_of(term)
        index.own.append(tuple([_intern(index, known, used, text, options) for text in term.phrases]))
    return used


def _looked_up(term: Term, tree: Node | None) -> Iterator[tuple[str, Options]]:
    """The leaves that are asked for by their text: those of a query, and of a context."""
    if tree is not None:
        options = options_of(term)
        yield from (atom_key(node, options) for node in walk(tree) if isinstance(node, Word | Prefix | Phrase))
    if term.context is not None:
        for phrase in (*term.context.require, *term.context.forbid):
            yield phrase, Option.NONE


def _intern(index: Index, known: _Known, used: bytearray, text: str, options: Options) -> Atom:
    atom = known.get((text, options))
    if atom is None:
        atom = known[text, options] = len(index.texts)
        index.texts.append(text)
        index.options.append(options)
        used.append(1)
    used[atom] = 1
    return atom


def _is_plain(term: Term) -> bool:
    scope = term.scope
    return term.kind is TermKind.KEYWORD and term.context is None and not (scope.sources or scope.tags or scope.languages)
