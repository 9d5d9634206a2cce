"""Parse the text of a watch query into a tree.

Precedence, tightest first: fields and ATLEAST, NEAR and ONEAR, NOT and `-`, AND (written or implied), OR. Open parentheses are kept on
an explicit stack, so that deep nesting does not use Python's own (the shunting-yard algorithm of E. W. Dijkstra, with one frame for
each parenthesis instead of one stack of operators).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NoReturn

from monitor.domain.match import Field
from workers.query.builder import and_of, at_least, in_field, near_of, not_near, or_of
from workers.query.fields import NAME_FIELDS
from workers.query.operands import read_operand
from workers.query.syntax import Attribute, AttributeName, EntityRef, Gap, NamedRef, NameField, Node, Not, Span, TermRef, children
from workers.query.tokenizer import tokenize
from workers.query.tokens import Token, TokenKind, query_error

MAX_PARENTHESES: Final = 200
"""Parentheses open at the same time; generated queries may open one for every term of a list."""
MAX_DEPTH: Final = 100
"""Nodes from the root to a leaf, needless parentheses not counted: makes recursion over a tree safe."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_ENDS_OPERAND: Final = {TokenKind.CLOSE, TokenKind.WORD, TokenKind.QUOTED, TokenKind.REFERENCE}


@dataclass(slots=True, kw_only=True)
class _Frame:
    """The part of a query that follows one open parenthesis, as far as it has been read.

    `alternatives` are joined by OR, `factors` by AND, `operands` by `gaps` or kept apart by `distances`; `negation` is the NOT before the operands, `modifiers` the
    fields and ATLEASTs before the next operand; `last` is the token just read, None at the beginning.
    """

    opening: Token | None = None
    alternatives: list[Node] = field(default_factory=list)
    factors: list[Node] = field(default_factory=list)
    operands: list[Node] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    distances: list[int] = field(default_factory=list)
    negation: Token | None = None
    modifiers: list[Token] = field(default_factory=list)
    last: Token | None = None

    @property
    def complete(self) -> bool:
        """Whether the last token ended an operand, so that the frame may be closed."""
        return self.last is not None and self.last.kind in _ENDS_OPERAND


def parse_query(query: str) -> Node:
    """Return the tree of `query`. Raises QueryError with the column (from 1) and what was expected there.

    Takes time linear in the length of `query`.
    """
    stack = [_Frame()]
    for token in tokenize(query):
        if token.kind is TokenKind.OPEN:
            if len(stack) > MAX_PARENTHESES:
                raise query_error(f"expected parentheses at most {MAX_PARENTHESES} deep", token.span[0])
            _begin_operand(stack[-1], token)
            stack.append(_Frame(opening=token))
        elif token.kind is TokenKind.CLOSE:
            if len(stack) == 1:
                raise query_error("this closing parenthesis has no opening one", token.span[0])
            node = _close(stack.pop(), token, token.span[0])
            _add_operand(stack[-1], node, token)
        else:
            _read_token(stack[-1], token)
    tree = _close(stack[-1], None, len(query.rstrip()))
    if stack[-1].opening is not None:
        raise query_error("this parenthesis is not closed: expected )", stack[-1].opening.span[0])
    _check_depth(tree)
    return tree


def _read_token(frame: _Frame, token: Token) -> None:
    match token.kind:
        case TokenKind.AND | TokenKind.OR | TokenKind.NEAR | TokenKind.NOTNEAR if not frame.complete:
            _raise_missing_operand(frame, token, token.span[0])
        case TokenKind.AND:
            _end_chain(frame)
        case TokenKind.OR:
            _end_chain(frame)
            _end_factors(frame)
        case TokenKind.NEAR | TokenKind.NOTNEAR:
            _link(frame, token)
        case TokenKind.NOT:
            _negate(frame, token)
        case TokenKind.FIELD | TokenKind.ATLEAST:
            _begin_operand(frame, token)
            frame.modifiers.append(token)
        case TokenKind.REFERENCE:
            _begin_operand(frame, token)
            _add_operand(frame, or_of([_reference(token, value, span) for value, span in token.values]), token)
        case _:
            _begin_operand(frame, token)
            _add_operand(frame, read_operand(token), token)
    frame.last = token


def _link(frame: _Frame, token: Token) -> None:
    if token.kind is TokenKind.NEAR:
        frame.gaps.append(Gap(words=token.number, ordered=token.ordered))
    else:
        frame.distances.append(token.number)
    if frame.gaps and frame.distances:
        raise query_error("NEAR beside NOTNEAR: expected parentheses around one, as in a NEAR/5 (b NOTNEAR/3 c)", token.span[0])


def _negate(frame: _Frame, token: Token) -> None:
    if frame.complete:
        _end_chain(frame)
    elif frame.last is not None and frame.last.kind is TokenKind.NOT:
        raise query_error("NOT twice in a row says nothing: expected what to leave out", token.span[0])
    elif frame.last is not None and frame.last.kind not in (TokenKind.AND, TokenKind.OR):
        raise query_error(f"expected a word or a phrase after {_token_name(frame.last)}: NOT stands before it", token.span[0])
    frame.negation = token


def _begin_operand(frame: _Frame, token: Token) -> None:
    """Prepare for the operand that `token` begins: two operands side by side are joined by AND."""
    if frame.complete:
        _end_chain(frame)
    frame.last = token


def _add_operand(frame: _Frame, node: Node, token: Token) -> None:
    """Add an operand that ends with `token`, with the modifiers before it."""
    while frame.modifiers:
        modifier = frame.modifiers.pop()
        span = (modifier.span[0], token.span[1])
        match modifier.kind:
            case TokenKind.FIELD:
                node = in_field(Field(modifier.text), node, span)
            case TokenKind.ATLEAST:
                node = at_least(modifier.number, node, span)
            case kind:
                raise AssertionError(f"{kind} stands before an operand, but nothing says what it makes of it")
    frame.operands.append(node)
    frame.last = token


def _end_chain(frame: _Frame) -> None:
    assert frame.last is not None
    if frame.distances:
        node = not_near(frame.operands, frame.distances)
    else:
        node = near_of(frame.operands, frame.gaps) if frame.gaps else frame.operands[0]
    if frame.negation is not None:
        node = Not(child=node, span=(frame.negation.span[0], frame.last.span[1]))
    frame.factors.append(node)
    frame.operands, frame.gaps, frame.distances, frame.negation = [], [], [], None


def _end_factors(frame: _Frame) -> None:
    frame.alternatives.append(and_of(frame.factors))
    frame.factors = []


def _close(frame: _Frame, closing: Token | None, at: int) -> Node:
    """Return the node of everything in `frame`, which ends at the offset `at`."""
    if not frame.complete:
        _raise_missing_operand(frame, closing, at)
    _end_chain(frame)
    _end_factors(frame)
    return or_of(frame.alternatives)


def _raise_missing_operand(frame: _Frame, found: Token | None, at: int) -> NoReturn:
    """Raise the error for a missing operand; `found` is the token in its place, None at the end of the query."""
    what = f"found {_token_name(found)}" if found else "the query ends"
    if frame.last is not None:
        raise query_error(f'expected a word, a phrase or "(" after {_token_name(frame.last)}, but {what}', at)
    if frame.opening is None and found is None:
        raise query_error("the query is empty: expected a word, a phrase or an expression", 0)
    if frame.opening is None or (found is not None and found.kind is not TokenKind.CLOSE):
        raise query_error(f"expected a word or a phrase first, but {what}", at)
    if found is None:
        raise query_error("this parenthesis is not closed: expected )", frame.opening.span[0])
    raise query_error("expected a word or a phrase between the parentheses", frame.opening.span[0])


def _token_name(token: Token) -> str:
    if token.kind is TokenKind.FIELD:
        return f'"{token.text}:"'
    if token.number:
        return f"{token.text}/{token.number}"
    return str(token.kind)


def _reference(token: Token, value: str, span: Span) -> Node:
    where = token.span if len(token.values) == 1 else span
    if token.text == "entity":
        return EntityRef(name=value, span=where)
    if token.text == "term":
        return TermRef(name=value, span=where)
    if token.text in NAME_FIELDS:
        return NamedRef(kind=NameField(token.text), name=value, span=where)
    if token.text == AttributeName.LANG:
        value = value.lower().replace("_", "-")
        if not _LANGUAGE.fullmatch(value):
            raise query_error("expected the code of a language after lang: such as lang:en", span[0])
    return Attribute(name=AttributeName(token.text), value=value, span=where)


def _check_depth(tree: Node) -> None:
    level: list[Node] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise query_error(f"expected groups at most {MAX_DEPTH} deep", level[0].span[0])
