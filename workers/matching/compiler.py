"""Compile watch terms: number their words and phrases, choose triggers, build the automata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from monitor.domain.errors import ConfigError
from monitor.domain.watch import Spellings, Term, TermKind
from workers.matching.automaton import AtomSearch, Automaton, atom_ref
from workers.matching.compiled_index import Atom, CompiledIndex, atom_key, named_keys, options_of
from workers.matching.name_finder import name_keys, sound_keys
from workers.matching.patterns import propose_patterns
from workers.matching.phrase import Option, Options, parse_phrase
from workers.matching.triggers import set_triggers
from workers.matching.watchlist_check import CheckedWatchlist, check_watchlist
from workers.query.syntax import NamedRef, Node, Phrase, Prefix, Wildcard, Word, walk_nodes

_AtomsByKey: TypeAlias = dict[tuple[str, Options], Atom]


MIN_ATOMS_TO_REUSE: Final = 5_000
"""Atoms from which the automata of a previous list are reused; for a shorter list, building them takes little time."""
MAX_CHANGED_SHARE: Final = 0.1
"""Share of the atoms that may be new or unused before everything is rebuilt."""


def compile_terms(terms: Sequence[Term], previous: CompiledIndex | None = None) -> CompiledIndex:
    """Return the index of a watch list. Raises ConfigError with a fault for every term that cannot be compiled.

    `previous` is the index of an earlier list: if it has nearly all atoms, its automata are reused and only the rest is built.
    """
    checked = check_watchlist(terms)
    if checked.faults:
        raise ConfigError(checked.faults)
    index, used = _with_numbers(terms, checked, previous)
    if previous is not None and _changed_much(used, previous):
        previous = None
        index, used = _with_numbers(terms, checked, previous)
    trigger_atoms = [atom for atom, wanted in enumerate(used) if wanted and index.terms_by_trigger.get(atom)]
    lazy_atoms = [atom for atom, wanted in enumerate(used) if wanted and not index.terms_by_trigger.get(atom)]
    index.trigger_search = _build_search(index, trigger_atoms, previous.trigger_search if previous else None)
    index.lazy_search = _build_search(index, lazy_atoms, previous.lazy_search if previous else None)
    return index


def _with_numbers(
    terms: Sequence[Term], checked: CheckedWatchlist, previous: CompiledIndex | None
) -> tuple[CompiledIndex, bytearray]:
    """Return the index without automata, and a flag for each atom that is used; atoms of the previous index keep their numbers."""
    index = CompiledIndex(terms=tuple(terms), trees=checked.trees)
    index.numbers = {term.name: number for number, term in enumerate(index.terms)}
    index.regexes = tuple(number for number, term in enumerate(index.terms) if term.kind is TermKind.REGEX)
    index.unconditional = bytearray(_is_unconditional(term) for term in index.terms)
    if previous is not None:
        index.texts, index.options = previous.texts.copy(), previous.options[:]
    used, keys = _number_atoms(index)
    set_triggers(index, checked.order, keys)
    return index, used


def _changed_much(used: bytearray, previous: CompiledIndex) -> bool:
    added, unused = len(used) - len(previous.trigger_search.base_atoms), used.count(0)
    return len(used) < MIN_ATOMS_TO_REUSE or added + unused > MAX_CHANGED_SHARE * len(used)


def _build_search(index: CompiledIndex, atoms: Sequence[Atom], previous: AtomSearch | None) -> AtomSearch:
    if previous is not None:
        base_atoms = previous.base_atoms
        added = [atom for atom in atoms if atom >= len(base_atoms) or not base_atoms[atom]]
        return AtomSearch(previous.base, base_atoms, Automaton(_patterns_of(index, added)))
    flags = bytearray(len(index.texts))
    for atom in atoms:
        flags[atom] = 1
    return AtomSearch(Automaton(_patterns_of(index, atoms)), bytes(flags))


def _patterns_of(index: CompiledIndex, atoms: Iterable[Atom]) -> Iterator[tuple[int, bytes]]:
    for atom in atoms:
        if index.options[atom] & Option.NAME_KEY:
            yield atom_ref(atom, certain=False), b" %b " % index.texts[atom].encode()
            continue
        for pattern, certain in propose_patterns(parse_phrase(index.texts[atom], index.options[atom])):
            yield atom_ref(atom, certain=certain), pattern


def _number_atoms(index: CompiledIndex) -> tuple[bytearray, list[tuple[Atom, int]]]:
    """Number the words and phrases of all terms; return a flag for each atom in use, and the keys of names with the number of their term."""
    keys: list[tuple[Atom, int]] = []
    known: _AtomsByKey = {key: atom for atom, key in enumerate(zip(index.texts, index.options, strict=True))}
    used = bytearray(len(known))
    for number, term in enumerate(index.terms):
        for text, options in _lookup_keys(term, index.trees.get(number)):
            index.atoms_by_text[text, options] = _number_of(index, known, used, text, options)
        options = options_of(term)
        index.term_atoms.append(tuple([_number_of(index, known, used, text, options) for text in term.phrases]))
        if term.kind is TermKind.ENTITY:
            names = name_keys(term.phrases, term.type, term.spellings)
            keys += [(_number_of(index, known, used, key, Option.NAME_KEY), number) for key in names]
            if term.spellings is Spellings.FUZZY:
                for first, last in sound_keys(term.phrases, term.type):
                    index.sounds.setdefault(last, {}).setdefault(first, []).append(number)
    return used, keys


def _lookup_keys(term: Term, tree: Node | None) -> Iterator[tuple[str, Options]]:
    """Yield text and options of the atoms that are looked up by text: those of a query and of a context."""
    if tree is not None:
        options = options_of(term)
        yield from (atom_key(node, options) for node in walk_nodes(tree) if isinstance(node, Word | Prefix | Wildcard | Phrase))
        yield from (key for node in walk_nodes(tree) if isinstance(node, NamedRef) for key in named_keys(node))
    if term.context is not None:
        for phrase in (*term.context.require, *term.context.forbid):
            yield phrase, Option.NONE
    for phrase in term.without:
        yield phrase, Option.NONE


def _number_of(index: CompiledIndex, known: _AtomsByKey, used: bytearray, text: str, options: Options) -> Atom:
    atom = known.get((text, options))
    if atom is None:
        atom = known[text, options] = len(index.texts)
        index.texts.append(text)
        index.options.append(options)
        used.append(1)
    used[atom] = 1
    return atom


def _is_unconditional(term: Term) -> bool:
    scope = term.scope
    limited = term.context is not None or term.without or scope.sources or scope.tags or scope.languages
    return term.kind is TermKind.KEYWORD and not limited
