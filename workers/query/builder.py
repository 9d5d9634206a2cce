"""Build query nodes from smaller ones: flatten needless groups, refuse combinations that have no meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from monitor.domain.match import Field
from workers.query.syntax import (
    And,
    AtLeast,
    EntityRef,
    Gap,
    InField,
    NamedRef,
    Near,
    NearOperand,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    Prefix,
    Span,
    TermRef,
    Wildcard,
    Word,
    walk_nodes,
)
from workers.query.tokens import query_error

_INSTEAD: Final[Mapping[type[Node], str]] = {
    And: "Instead of AND inside it, write {b} AND {c}",
    Not: "Write NOT outside it, as in {b} NOT c",
    InField: "Put the field around the whole: {field}:({b})",
    Near: "Write NEAR outside it, as in {b} AND b NEAR/5 c",
    AtLeast: "Write ATLEAST outside it, as in {b} AND ATLEAST/3 c",
}
"""What to write instead of a node inside an operator that takes only what has positions; `b` and `c` are that operator with each."""
_BESIDE: Final = "Join the other with AND, as in {b} AND source:c"


def and_of(nodes: Sequence[Node]) -> Node:
    """Return the And of one or more `nodes`; a single node is returned as it is, an And among them is flattened."""
    if len(nodes) == 1:
        return nodes[0]
    parts = [part for node in nodes for part in (node.children if isinstance(node, And) else (node,))]
    return And(children=tuple(parts), span=_span_of(nodes))


def or_of(nodes: Sequence[Node]) -> Node:
    """Return the Or of one or more `nodes`; a single node is returned as it is, an Or among them is flattened."""
    if len(nodes) == 1:
        return nodes[0]
    parts = [part for node in nodes for part in (node.children if isinstance(node, Or) else (node,))]
    return Or(children=tuple(parts), span=_span_of(nodes))


def near_of(nodes: Sequence[Node], gaps: Sequence[Gap]) -> Near:
    """Return the chain of `nodes` linked by `gaps`; a Near among them becomes part of the chain.

    Raises QueryError for a node that has no positions in the text.
    """
    operands: list[NearOperand] = []
    links: list[Gap] = []
    operator = "ONEAR" if any(gap.ordered for gap in gaps) else "NEAR"
    for index, node in enumerate(nodes):
        if index:
            links.append(gaps[index - 1])
        if isinstance(node, Near):
            operands += node.operands
            links += node.gaps
        else:
            operands.append(_require_positions(node, operator))
    return Near(operands=tuple(operands), gaps=tuple(links), span=_span_of(nodes))


def not_near(nodes: Sequence[Node], distances: Sequence[int]) -> Node:
    """Return the first of `nodes` without each of the others: the next within the first of `distances`, and so on.

    Raises QueryError for a node that has no positions in the text.
    """
    first, *others = (_require_positions(node, "NOTNEAR") for node in nodes)
    for excluded, words in zip(others, distances, strict=True):
        first = NotNear(child=first, excluded=excluded, words=words, span=(first.span[0], excluded.span[1]))
    return first


def at_least(count: int, node: Node, span: Span) -> AtLeast:
    """Return the node for `node` at `count` or more positions.

    Raises QueryError for a node that has no positions in the text.
    """
    return AtLeast(count=count, child=_require_positions(node, "ATLEAST"), span=span)


def in_field(name: Field, node: Node, span: Span) -> InField:
    """Return `node` limited to one field. Raises QueryError where it is limited already, or asks for another term."""
    for inner in walk_nodes(node):
        if isinstance(inner, InField):
            raise query_error(f"{inner.name}: stands inside {name}: already; expected one field for a word", inner.span[0])
        if isinstance(inner, TermRef):
            raise query_error(f"term: asks about the whole article: expected it outside {name}:", inner.span[0])
    return InField(name=name, child=node, span=span)


def _require_positions(node: Node, operator: str) -> NearOperand:
    """Return `node` if it has positions in the text; raise QueryError that says what to write instead if not."""
    match node:
        case Word() | Prefix() | Wildcard() | Phrase() | EntityRef() | NamedRef() | NotNear():
            return node
        case Or(children=nodes):
            for child in nodes:
                _require_positions(child, operator)
            return node
        case _:
            raise query_error(
                f"{operator} takes words, phrases, entities, and these joined by OR. {_suggestion(node, operator)}", node.span[0]
            )


def _suggestion(node: Node, operator: str) -> str:
    example = "ATLEAST/3 {}" if operator == "ATLEAST" else f"a {operator}/5 {{}}"
    field = node.name if isinstance(node, InField) else ""
    return _INSTEAD.get(type(node), _BESIDE).format(b=example.format("b"), c=example.format("c"), field=field)


def _span_of(nodes: Sequence[Node]) -> Span:
    return nodes[0].span[0], nodes[-1].span[1]
