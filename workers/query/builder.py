"""Trees put together from smaller ones: flattened where grouping says nothing, refused where the combination has no meaning."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.match import Field
from workers.query.lexer import fail
from workers.query.syntax import (
    And,
    AtLeast,
    EntityRef,
    Gap,
    InField,
    Near,
    NearOperand,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Span,
    TermRef,
    Word,
    walk,
)


def and_of(nodes: Sequence[Node]) -> Node:
    """All of `nodes`, at least one; an And among them is taken apart."""
    if len(nodes) == 1:
        return nodes[0]
    parts = [part for node in nodes for part in (node.children if isinstance(node, And) else (node,))]
    return And(children=tuple(parts), span=_over(nodes))


def or_of(nodes: Sequence[Node]) -> Node:
    """Any of `nodes`, at least one; an Or among them is taken apart."""
    if len(nodes) == 1:
        return nodes[0]
    parts = [part for node in nodes for part in (node.children if isinstance(node, Or) else (node,))]
    return Or(children=tuple(parts), span=_over(nodes))


def near_of(nodes: Sequence[Node], gaps: Sequence[Gap]) -> Near:
    """The chain of `nodes`, linked by `gaps`; a chain among them becomes part of this one. Raises QueryError."""
    operands: list[NearOperand] = []
    links: list[Gap] = []
    operator = "ONEAR" if any(gap.ordered for gap in gaps) else "NEAR"
    for place, node in enumerate(nodes):
        if place:
            links.append(gaps[place - 1])
        if isinstance(node, Near):
            operands += node.operands
            links += node.gaps
        else:
            operands.append(_located(node, operator))
    return Near(operands=tuple(operands), gaps=tuple(links), span=_over(nodes))


def at_least(count: int, node: Node, span: Span) -> AtLeast:
    """`node` at `count` places. Raises QueryError."""
    return AtLeast(count=count, child=_located(node, "ATLEAST"), span=span)


def in_field(name: Field, node: Node, span: Span) -> InField:
    """`node` in one field. Raises QueryError."""
    for below in walk(node):
        if isinstance(below, InField):
            raise fail(f"{below.name}: stands inside {name}: already; expected one field for a word", below.span[0])
        if isinstance(below, TermRef):
            raise fail(f"term: asks about the whole article: expected it outside {name}:", below.span[0])
    return InField(name=name, child=node, span=span)


def _located(node: Node, operator: str) -> NearOperand:
    """`node`, if it is something that has places in the text. Raises QueryError that says what to write instead."""
    match node:
        case Word() | Prefix() | Phrase() | EntityRef():
            return node
        case Or(children=nodes):
            for child in nodes:
                _located(child, operator)
            return node
        case _:
            raise fail(
                f"{operator} takes words, phrases, entities, and these joined by OR. {_instead(node, operator)}", node.span[0]
            )


def _instead(node: Node, operator: str) -> str:
    example = "ATLEAST/3 {}" if operator == "ATLEAST" else f"a {operator}/5 {{}}"
    match node:
        case And():
            return f"Instead of AND inside it, write {example.format('b')} AND {example.format('c')}"
        case Not():
            return f"Write NOT outside it, as in {example.format('b')} NOT c"
        case InField(name=name):
            return f"Put the field around the whole: {name}:({example.format('b')})"
        case Near():
            return f"Write NEAR outside it, as in {example.format('b')} AND b NEAR/5 c"
        case AtLeast():
            return f"Write ATLEAST outside it, as in {example.format('b')} AND ATLEAST/3 c"
        case _:
            return f"Join the other with AND, as in {example.format('b')} AND source:c"


def _over(nodes: Sequence[Node]) -> Span:
    return nodes[0].span[0], nodes[-1].span[1]
