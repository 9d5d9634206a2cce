"""The text of a watch query read into a tree.

Precedence, tightest first: fields and ATLEAST, NEAR and ONEAR, NOT and `-`, AND (written or implied), OR. Operators by precedence on an
explicit stack of open parentheses, so that no query, however nested, uses Python's own stack (E. W. Dijkstra's shunting yard, with
one frame for each parenthesis instead of one stack of operators).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NoReturn

from monitor.domain.match import Field
from workers.query.builder import and_of, at_least, in_field, near_of, or_of
from workers.query.lexer import Kind, Token, fail
from workers.query.syntax import Attribute, AttributeName, EntityRef, Gap, Node, Not, Span, TermRef, children
from workers.query.tokenizer import tokens
from workers.query.words import operand

MAX_PARENTHESES: Final = 200
"""Open parentheses at any place; machine-made queries may open one for every term of a list."""
MAX_DEPTH: Final = 100
"""Nodes from the root to a leaf, once needless parentheses are gone: what makes recursion over a tree safe."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_ENDS_OPERAND: Final = {Kind.CLOSE, Kind.WORD, Kind.QUOTED, Kind.REFERENCE}


@dataclass(slots=True, kw_only=True)
class _Frame:
    """What has been read between an open parenthesis and here.

    `alternatives` are joined by OR, `factors` by AND, `operands` by `gaps`; `negation` is the NOT before the operands, `binders` the
    fields and ATLEASTs before the next operand; `last` is the token just read, None at the beginning.
    """

    opening: Token | None = None
    alternatives: list[Node] = field(default_factory=list)
    factors: list[Node] = field(default_factory=list)
    operands: list[Node] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    negation: Token | None = None
    binders: list[Token] = field(default_factory=list)
    last: Token | None = None

    @property
    def complete(self) -> bool:
        """Whether an operand has just ended, so that the frame may be closed."""
        return self.last is not None and self.last.kind in _ENDS_OPERAND


def parse(query: str) -> Node:
    """The tree of `query`. Raises QueryError with the column (from 1) and what was expected there; linear in the length of `query`."""
    stack = [_Frame()]
    for token in tokens(query):
        if token.kind is Kind.OPEN:
            if len(stack) > MAX_PARENTHESES:
                raise fail(f"expected parentheses at most {MAX_PARENTHESES} deep", token.span[0])
            _make_room(stack[-1], token)
            stack.append(_Frame(opening=token))
        elif token.kind is Kind.CLOSE:
            if len(stack) == 1:
                raise fail("this closing parenthesis has no opening one", token.span[0])
            node = _close(stack.pop(), token, token.span[0])
            _take(stack[-1], node, token)
        else:
            _read(stack[-1], token)
    tree = _close(stack[-1], None, len(query.rstrip()))
    if stack[-1].opening is not None:
        raise fail("this parenthesis is not closed: expected )", stack[-1].opening.span[0])
    _check_depth(tree)
    return tree


def _read(frame: _Frame, token: Token) -> None:
    match token.kind:
        case Kind.AND | Kind.OR | Kind.NEAR if not frame.complete:
            _missing(frame, token, token.span[0])
        case Kind.AND:
            _end_chain(frame)
        case Kind.OR:
            _end_chain(frame)
            _end_factors(frame)
        case Kind.NEAR:
            frame.gaps.append(Gap(words=token.number, ordered=token.ordered))
        case Kind.NOT:
            _negate(frame, token)
        case Kind.FIELD | Kind.ATLEAST:
            _make_room(frame, token)
            frame.binders.append(token)
        case Kind.REFERENCE:
            _make_room(frame, token)
            _take(frame, or_of([_reference(token, value, span) for value, span in token.values]), token)
        case _:
            _make_room(frame, token)
            _take(frame, operand(token), token)
    frame.last = token


def _negate(frame: _Frame, token: Token) -> None:
    if frame.complete:
        _end_chain(frame)
    elif frame.last is not None and frame.last.kind is Kind.NOT:
        raise fail("NOT twice in a row says nothing: expected what to leave out", token.span[0])
    elif frame.last is not None and frame.last.kind not in (Kind.AND, Kind.OR):
        raise fail(f"expected a word or a phrase after {_shown(frame.last)}: NOT stands before it", token.span[0])
    frame.negation = token


def _make_room(frame: _Frame, token: Token) -> None:
    """Get ready for the operand that `token` begins: two side by side are joined by AND."""
    if frame.complete:
        _end_chain(frame)
    frame.last = token


def _take(frame: _Frame, node: Node, token: Token) -> None:
    """Add an operand that ends with `token`."""
    while frame.binders:
        binder = frame.binders.pop()
        span = (binder.span[0], token.span[1])
        node = in_field(Field(binder.text), node, span) if binder.kind is Kind.FIELD else at_least(binder.number, node, span)
    frame.operands.append(node)
    frame.last = token


def _end_chain(frame: _Frame) -> None:
    assert frame.last is not None
    node = near_of(frame.operands, frame.gaps) if frame.gaps else frame.operands[0]
    if frame.negation is not None:
        node = Not(child=node, span=(frame.negation.span[0], frame.last.span[1]))
    frame.factors.append(node)
    frame.operands, frame.gaps, frame.negation = [], [], None


def _end_factors(frame: _Frame) -> None:
    frame.alternatives.append(and_of(frame.factors))
    frame.factors = []


def _close(frame: _Frame, closing: Token | None, at: int) -> Node:
    """The node of everything in `frame`, which ends at the offset `at`."""
    if not frame.complete:
        _missing(frame, closing, at)
    _end_chain(frame)
    _end_factors(frame)
    return or_of(frame.alternatives)


def _missing(frame: _Frame, found: Token | None, at: int) -> NoReturn:
    """Raise the error for an operand that is not there: `found` stands in its place, or the end of the query."""
    what = f"found {_shown(found)}" if found else "the query ends"
    if frame.last is not None:
        raise fail(f'expected a word, a phrase or "(" after {_shown(frame.last)}, but {what}', at)
    if frame.opening is None and found is None:
        raise fail("the query is empty: expected a word, a phrase or an expression", 0)
    if frame.opening is None or (found is not None and found.kind is not Kind.CLOSE):
        raise fail(f"expected a word or a phrase first, but {what}", at)
    if found is None:
        raise fail("this parenthesis is not closed: expected )", frame.opening.span[0])
    raise fail("expected a word or a phrase between the parentheses", frame.opening.span[0])


def _shown(token: Token) -> str:
    if token.kind is Kind.FIELD:
        return f'"{token.text}:"'
    if token.kind in (Kind.NEAR, Kind.ATLEAST):
        return f"{token.text}/{token.number}"
    return str(token.kind)


def _reference(token: Token, value: str, span: Span) -> Node:
    where = token.span if len(token.values) == 1 else span
    if token.text == "entity":
        return EntityRef(name=value, span=where)
    if token.text == "term":
        return TermRef(name=value, span=where)
    if token.text == AttributeName.LANG:
        value = value.lower().replace("_", "-")
        if not _LANGUAGE.fullmatch(value):
            raise fail("expected the code of a language after lang: such as lang:en", span[0])
    return Attribute(name=AttributeName(token.text), value=value, span=where)


def _check_depth(tree: Node) -> None:
    level: list[Node] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise fail(f"expected groups at most {MAX_DEPTH} deep", level[0].span[0])
