"""Watch terms turned into leaves (words and phrases), patterns for the automaton, and the triggers that lead from one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from monitor.domain.errors import ConfigError
from monitor.domain.watch import Term, TermKind
from workers.extract.automaton import Automaton, owner_of
from workers.extract.check import check
from workers.extract.index import Index, Leaf, leaf_key, options_of
from workers.extract.phrase import Option, Options, parse_phrase
from workers.extract.query.syntax import Node, Phrase, Prefix, Word, walk
from workers.extract.spellings import patterns
from workers.extract.triggers import set_triggers

_Known: TypeAlias = dict[tuple[str, Options], Leaf]


def compile_terms(terms: Sequence[Term]) -> Index:
    """The index of a watch list. Raises ConfigError with a fault for every term that cannot be compiled."""
    checked = check(terms)
    if checked.faults:
        raise ConfigError(checked.faults)
    index = Index(terms=tuple(terms), trees=checked.trees)
    index.names = {term.name: number for number, term in enumerate(index.terms)}
    _number_leaves(index)
    index.plain = bytearray(_is_plain(term) for term in index.terms)
    set_triggers(index, checked.order)
    awake = bytearray(bool(index.triggers.of(leaf)) for leaf in range(len(index.texts)))
    index.watchful = Automaton(_patterns_of(index, (leaf for leaf, wanted in enumerate(awake) if wanted)))
    index.dormant = Automaton(_patterns_of(index, (leaf for leaf, wanted in enumerate(awake) if not wanted)))
    return index


def _patterns_of(index: Index, leaves: Iterable[Leaf]) -> Iterator[tuple[int, bytes]]:
    for leaf in leaves:
        for pattern, certain in patterns(parse_phrase(index.texts[leaf], index.options[leaf])):
            yield owner_of(leaf, certain=certain), pattern


def _number_leaves(index: Index) -> None:
    known: _Known = {}
    for number, term in enumerate(index.terms):
        for text, options in _looked_up(term, index.trees.get(number)):
            index.leaves[text, options] = _intern(index, known, text, options)
        options = options_of(term)
        index.own.append(tuple([_intern(index, known, text, options) for text in term.phrases]))


def _looked_up(term: Term, tree: Node | None) -> Iterator[tuple[str, Options]]:
    """The leaves that are asked for by their text: those of a query, and of a context."""
    if tree is not None:
        options = options_of(term)
        yield from (leaf_key(node, options) for node in walk(tree) if isinstance(node, Word | Prefix | Phrase))
    if term.context is not None:
        for phrase in (*term.context.require, *term.context.forbid):
            yield phrase, Option.NONE


def _intern(index: Index, known: _Known, text: str, options: Options) -> Leaf:
    leaf = known.get((text, options))
    if leaf is None:
        leaf = known[text, options] = len(index.texts)
        index.texts.append(text)
        index.options.append(options)
    return leaf


def _is_plain(term: Term) -> bool:
    scope = term.scope
    return term.kind is TermKind.KEYWORD and term.context is None and not (scope.sources or scope.tags or scope.languages)
