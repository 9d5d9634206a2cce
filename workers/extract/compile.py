"""Watch terms turned into leaves (words and phrases), patterns for the automaton, and the triggers that lead from one to the other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from monitor.domain.errors import ConfigError, Fault, QueryError
from monitor.domain.watch import Term, TermKind
from workers.extract.automaton import Automaton, owner_of
from workers.extract.index import Index, Leaf, leaf_key, options_of
from workers.extract.owners import Owners
from workers.extract.phrase import Option, Options, parse_phrase
from workers.extract.query.check import require_trigger
from workers.extract.query.parse import parse
from workers.extract.query.syntax import EntityRef, Phrase, Prefix, TermRef, Word, walk
from workers.extract.spellings import patterns
from workers.extract.triggers import trigger

_Known: TypeAlias = dict[tuple[str, Options], Leaf]


def compile_terms(terms: Sequence[Term]) -> Index:
    """The index of a watch list. Raises ConfigError with a fault for every term that cannot be compiled."""
    index = Index(terms=tuple(terms))
    index.names = {term.name: number for number, term in enumerate(index.terms)}
    faults = list(_compile_each(index))
    index.plain = bytearray(_is_plain(term) for term in index.terms)
    faults += _bad_references(index)
    if faults:
        raise ConfigError(faults)
    index.triggers = Owners(len(index.texts))
    for number in range(len(index.terms)):
        for leaf in trigger(index, number):
            index.triggers.add(leaf, number)
    triggers = bytearray(bool(index.triggers.of(leaf)) for leaf in range(len(index.texts)))
    index.watchful = Automaton(_patterns_of(index, (leaf for leaf, awake in enumerate(triggers) if awake)))
    index.dormant = Automaton(_patterns_of(index, (leaf for leaf, awake in enumerate(triggers) if not awake)))
    return index


def _patterns_of(index: Index, leaves: Iterable[Leaf]) -> Iterator[tuple[int, bytes]]:
    for leaf in leaves:
        for pattern, certain in patterns(parse_phrase(index.texts[leaf], index.options[leaf])):
            yield owner_of(leaf, certain=certain), pattern


def _compile_each(index: Index) -> Iterator[Fault]:
    known: _Known = {}
    for number, term in enumerate(index.terms):
        try:
            for text, options in _looked_up(index, number, term):
                index.leaves[text, options] = _intern(index, known, text, options)
            index.own.append(tuple([_intern(index, known, text, options_of(term)) for text in term.phrases]))
        except QueryError as error:
            place = f"query, column {error.column}: " if term.kind is TermKind.QUERY and error.column else ""
            yield fault_at(term, f"watch term {term.name!r}: {place}{error}", ahead=max(0, error.column - 1) if place else 0)


def _looked_up(index: Index, number: int, term: Term) -> Iterator[tuple[str, Options]]:
    options = options_of(term)
    if term.kind is TermKind.QUERY:
        tree = parse(term.query or "")
        require_trigger(tree)
        index.trees[number] = tree
        for node in walk(tree):
            if isinstance(node, Word | Prefix | Phrase):
                yield leaf_key(node, options)
    if term.context is not None:
        for phrase in (*term.context.require, *term.context.forbid):
            yield phrase, Option.NONE


def _intern(index: Index, known: _Known, text: str, options: Options) -> Leaf:
    leaf = known.get((text, options))
    if leaf is None:
        if not parse_phrase(text, options).words:
            raise QueryError(f"{text!r} holds no letter or digit to search for", column=0)
        leaf = known[text, options] = len(index.texts)
        index.texts.append(text)
        index.options.append(options)
    return leaf


def _is_plain(term: Term) -> bool:
    scope = term.scope
    return term.kind is TermKind.KEYWORD and term.context is None and not (scope.sources or scope.tags or scope.languages)


def fault_at(term: Term, message: str, *, ahead: int = 0) -> Fault:
    """A fault at the place where the term stands in the configuration, or so many characters of its query ahead of it."""
    file, line, column = (*term.where.rsplit(":", 2), "", "")[:3] if term.where.count(":") >= 2 else (term.where, "", "")
    at = int(column) + ahead if column.isdigit() else 0
    return Fault(file=file, line=int(line) if line.isdigit() else 0, column=at, message=message)


def _bad_references(index: Index) -> Iterator[Fault]:
    """Faults for references to terms that are not there, and for circles."""
    below: dict[int, list[int]] = {}
    for number, tree in index.trees.items():
        term = index.terms[number]
        for node in walk(tree):
            if isinstance(node, EntityRef | TermRef):
                target = index.names.get(node.name)
                if target is None or (isinstance(node, EntityRef) and index.terms[target].kind is not TermKind.ENTITY):
                    message = f"watch term {term.name!r}: query, column {node.span[0] + 1}: {_unknown(index, node)}"
                    yield fault_at(term, message, ahead=node.span[0])
                elif isinstance(node, TermRef):
                    below.setdefault(number, []).append(target)
    yield from _circles(index, below)


def _unknown(index: Index, node: EntityRef | TermRef) -> str:
    entity = isinstance(node, EntityRef)
    names = [term.name for term in index.terms if not entity or term.kind is TermKind.ENTITY]
    close = difflib.get_close_matches(node.name, names, n=1) if len(names) <= 10_000 else []
    return f"there is no {'entity' if entity else 'term'} {node.name!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def _circles(index: Index, below: dict[int, list[int]]) -> Iterator[Fault]:
    done: set[int] = set()
    for root in below:
        path: list[int] = []
        waiting = [(root, 0)]
        while waiting:
            number, depth = waiting.pop()
            del path[depth:]
            if number in path:
                circle = [*path[path.index(number) :], number]
                names = " → ".join(repr(index.terms[n].name) for n in circle)
                yield fault_at(index.terms[number], f"watch term {index.terms[number].name!r} refers to itself: {names}")
                done.update(circle)
                continue
            if number in done:
                continue
            path.append(number)
            waiting += [(target, depth + 1) for target in below.get(number, ())]
        done.add(root)
