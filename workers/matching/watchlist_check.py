"""Find the faults of a watch list without compiling it, cheaply enough for every process that reads a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.domain.errors import Fault, QueryError
from monitor.domain.watch import Term, TermKind
from workers.matching import normalize
from workers.matching.compiled_index import atom_key, options_of
from workers.matching.regexes import check_regex
from workers.naming.asked_names import spellings_inside
from workers.query.parser import parse_query
from workers.query.references import resolve_references
from workers.query.syntax import NamedRef, NameField, Node, Phrase, Prefix, Wildcard, Word, walk_nodes
from workers.query.triggerable import require_trigger

_ASCII_WORD: Final = re.compile("[0-9A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedWatchlist:
    """The checked queries of a watch list: `trees` by the number of their term, `order` their names, each after those it refers to."""

    trees: Mapping[int, Node]
    order: tuple[str, ...]
    faults: tuple[Fault, ...]


def watchlist_faults(terms: Sequence[Term]) -> tuple[Fault, ...]:
    """Return every fault for which `Matcher.build` would refuse these terms."""
    return check_watchlist(terms).faults


def check_watchlist(terms: Sequence[Term]) -> CheckedWatchlist:
    """Parse every query and follow every reference, in time linear in the length of the list."""
    found: list[Fault] = []
    trees: dict[int, Node] = {}
    for number, term in enumerate(terms):
        try:
            if term.kind is TermKind.QUERY:
                trees[number] = parse_query(term.query or "")
            if term.regex is not None:
                check_regex(term.regex)
            _require_searchable(term, trees.get(number))
        except QueryError as error:
            found.append(_fault(term, error.column, str(error)))
    by_name = {term.name: term for term in terms}
    resolution = resolve_references(
        {terms[number].name: tree for number, tree in trees.items()},
        terms=by_name,
        entities={name for name, term in by_name.items() if term.kind is TermKind.ENTITY},
    )
    found += [_fault(by_name[fault.term], fault.column, fault.message) for fault in resolution.faults]
    return CheckedWatchlist(trees=trees, order=resolution.order, faults=tuple(found))


def _require_searchable(term: Term, tree: Node | None) -> None:
    """Raise QueryError for a query without a trigger, and for a word or phrase with nothing to search for."""
    if tree is not None:
        require_trigger(tree)
        _require_known_places(tree)
    for text in _texts(term, tree):
        if not (_ASCII_WORD.search(text) or normalize.words(text)):
            raise QueryError(f"{text!r} holds no letter or digit to search for", column=0)


def _require_known_places(tree: Node) -> None:
    """Raise QueryError for `in:` a place of which nothing is known."""
    for node in walk_nodes(tree):
        if isinstance(node, NamedRef) and node.kind is NameField.IN and not spellings_inside(node.name):
            raise QueryError(
                f"in:{node.name!r} would never fire, since no place is known to lie there: expected a country, a region or a large city, in its usual spelling",
                column=node.span[0] + 1,
            )


def _texts(term: Term, tree: Node | None) -> Iterator[str]:
    if tree is not None:
        options = options_of(term)
        yield from (atom_key(node, options)[0] for node in walk_nodes(tree) if isinstance(node, Word | Prefix | Wildcard | Phrase))
    if term.context is not None:
        yield from term.context.require
        yield from term.context.forbid
    yield from term.without
    yield from term.phrases


def _fault(term: Term, column: int, message: str) -> Fault:
    """Return a fault at the position of the term in the configuration; `column` counts characters of its query from 1, 0 for no query."""
    file, line, position = (*term.where.rsplit(":", 2), "", "")[:3] if term.where.count(":") >= 2 else (term.where, "", "")
    prefix = f"{'query' if term.regex is None else 'regex'}, column {column}: " if column else ""
    return Fault(
        file=file,
        line=int(line) if line.isdigit() else 0,
        column=int(position) + max(0, column - 1) if position.isdigit() else 0,
        message=f"watch term {term.name!r}: {prefix}{message}",
    )
