"""Check the references between terms of a watch list, and find an order in which to evaluate the terms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Final

from workers.query.format import format_query
from workers.query.syntax import EntityRef, Node, TermRef, children, walk_nodes

MAX_EXPANDED: Final = 120
"""Nodes from the root of a query to a leaf when each reference is replaced by the query it names: the depth of evaluation."""
_TOO_DEEP: Final = (
    f"terms refer to each other too deeply: expected at most {MAX_EXPANDED} levels, those of the other terms included"
)
_MAX_CANDIDATES: Final = 500
"""Names compared for a suggestion: difflib takes about 20 µs for each, and a list may hold 100 000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFault:
    """A reference in the query of `term` to an unknown name, or one that closes a circle. `column` counts characters of the query from 1."""

    term: str
    column: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The result of following every reference. `order` names each query after those it refers to (undefined for a circle)."""

    order: tuple[str, ...]
    faults: tuple[ReferenceFault, ...]


def resolve_references(queries: Mapping[str, Node], *, terms: Collection[str], entities: Collection[str]) -> Resolution:
    """Follow every `term:` and `entity:` of `queries` (trees by the name of their term).

    `terms` are the names of all terms of the list, `entities` of those that are entities; names must be equal, letter by letter.
    Takes time linear in the size of the list, however deep references go; a chain of more than MAX_EXPANDED levels is a fault.
    """
    names = _Names(terms), _Names(entities)
    references = {
        name: [node for node in walk_nodes(tree) if isinstance(node, EntityRef | TermRef)] for name, tree in queries.items()
    }
    faults = [
        ReferenceFault(term=name, column=node.span[0] + 1, message=message)
        for name, nodes in references.items()
        for node in nodes
        if (message := _unknown(node, *names)) is not None
    ]
    order, circles = _order({name: [node for node in nodes if isinstance(node, TermRef)] for name, nodes in references.items()})
    return Resolution(order=order, faults=(*faults, *circles, *_too_deep(queries, order)))


class _Names:
    """Known names, and an index of them by their first and last two letters, built at the first unknown name."""

    def __init__(self, names: Collection[str]) -> None:
        self.known = dict.fromkeys(names)
        self.index: dict[tuple[bool, str], list[str]] = {}

    def suggestion(self, wanted: str) -> str:
        """Return the end of an error message: the known name most like `wanted`, or that there is none."""
        if not self.index:
            for name in self.known:
                for key in _ends(name.casefold()):
                    self.index.setdefault(key, []).append(name)
        folded = wanted.casefold()
        near = (name for key in _ends(folded) for name in self.index.get(key, ()) if abs(len(name) - len(wanted)) <= 3)
        candidates = {name.casefold(): name for name in islice(near, _MAX_CANDIDATES)}
        found = get_close_matches(folded, candidates, n=1, cutoff=0.7)
        return f" - did you mean {candidates[found[0]]!r}?" if found else " on the watch list"


def _ends(folded: str) -> tuple[tuple[bool, str], tuple[bool, str]]:
    return (False, folded[:2]), (True, folded[-2:])


def _unknown(node: EntityRef | TermRef, terms: _Names, entities: _Names) -> str | None:
    if isinstance(node, TermRef):
        return None if node.name in terms.known else f"there is no term {node.name!r}{terms.suggestion(node.name)}"
    if node.name in entities.known:
        return None
    if node.name in terms.known:
        return f"{node.name!r} is a term, but no entity: expected {format_query(TermRef(name=node.name))}, or a type: for that term"
    return f"there is no entity {node.name!r}{entities.suggestion(node.name)}"


def _order(references: Mapping[str, list[TermRef]]) -> tuple[tuple[str, ...], list[ReferenceFault]]:
    """Return the queries in order of evaluation, and a fault for each reference that closes a circle (depth first, explicit stack)."""
    done: dict[str, None] = {}
    circles = []
    for start in references:
        if start in done:
            continue
        path: dict[str, Iterator[TermRef]] = {start: iter(references[start])}
        while path:
            name = next(reversed(path))
            node = next(path[name], None)
            if node is None:
                path.popitem()
                done[name] = None
            elif node.name in path:
                circles.append(ReferenceFault(term=name, column=node.span[0] + 1, message=_circle(list(path), node.name)))
            elif node.name in references and node.name not in done:
                path[node.name] = iter(references[node.name])
    return tuple(done), circles


def _circle(path: list[str], closing: str) -> str:
    circle = [*path[path.index(closing) :], closing]
    if len(circle) > 12:
        circle = [*circle[:6], "…", *circle[-5:]]
    return f"terms refer to each other in a circle: {' → '.join(circle)}"


def _too_deep(queries: Mapping[str, Node], order: tuple[str, ...]) -> Iterator[ReferenceFault]:
    """Yield a fault for the first query of every chain of references that is deeper than MAX_EXPANDED."""
    depths: dict[str, int] = {}
    for name in order:
        level, height = [queries[name]], 0
        deepest, through = 0, None
        while level:
            height += 1
            for node in level:
                if isinstance(node, TermRef) and height + depths.get(node.name, 0) > deepest:
                    deepest, through = height + depths.get(node.name, 0), node
            level = [child for node in level for child in children(node)]
        depths[name] = max(height, deepest)
        if through is not None and deepest > MAX_EXPANDED >= depths.get(through.name, 0):
            yield ReferenceFault(term=name, column=through.span[0] + 1, message=_TOO_DEEP)
