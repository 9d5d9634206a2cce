"""Print a query tree as text: equal trees give the same text."""

from __future__ import annotations

import re
from typing import Final

from monitor.domain.errors import QueryError
from workers.query.parser import parse_query
from workers.query.syntax import (
    And,
    AtLeast,
    Attribute,
    EntityRef,
    InField,
    NamedRef,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Wildcard,
    Word,
)

_BARE_START: Final = re.compile(r"[\w#@]")
_BARE_NAME: Final = re.compile(r"\w[\w.@&'’+-]*")


def format_query(node: Node) -> str:
    """Return `node` as text that `parse_query` reads into an equal tree, with every AND written out and parentheses where AND and OR meet."""
    match node:
        case And(children=nodes):
            text = " AND ".join(_grouped(child, Or) for child in nodes)
        case Or(children=nodes):
            text = " OR ".join(_grouped(child, And) for child in nodes)
        case Not(child=child):
            text = f"NOT {_grouped(child, And, Or, Not, Near, NotNear)}"
        case Near():
            text = _chain(node)
        case NotNear(child=child, excluded=excluded, words=words):
            text = f"{_grouped(child, Or)} NOTNEAR/{words} {_grouped(excluded, Or, NotNear)}"
        case AtLeast(count=count, child=child):
            text = f"ATLEAST/{count} {_grouped(child, Or, NotNear)}"
        case InField(name=name, child=child):
            text = f"{name}:{_grouped(child, And, Or, Not, Near, NotNear, AtLeast, Attribute)}"
        case _:
            text = _single(node)
    return text


def _chain(node: Near) -> str:
    first, *others = (_grouped(operand, Or, NotNear) for operand in node.operands)
    links = (f" {'ONEAR' if gap.ordered else 'NEAR'}/{gap.words} {other}" for gap, other in zip(node.gaps, others, strict=True))
    return first + "".join(links)


def _single(node: Word | Prefix | Wildcard | Phrase | Attribute | EntityRef | NamedRef | TermRef) -> str:
    match node:
        case Attribute(name=name, value=value):
            return f"{name}:{_quoted_name(value)}"
        case EntityRef(name=value):
            return f"entity:{_quoted_name(value)}"
        case NamedRef(kind=kind, name=value):
            return f"{kind}:{_quoted_name(value)}"
        case TermRef(name=value):
            return f"term:{_quoted_name(value)}"
        case _:
            return _words(node)


def _grouped(node: Node, *kinds: type[Node]) -> str:
    """Return `node` as text, in parentheses if it is one of `kinds`."""
    text = format_query(node)
    return f"({text})" if isinstance(node, kinds) else text


def _words(node: Word | Prefix | Wildcard | Phrase) -> str:
    match node:
        case Word(text=text, exact_case=True):
            return f'="{text}"'
        case Phrase(words=words):
            exact = any(isinstance(word, Word) and word.exact_case for word in words)
            return f'{"=" * exact}"{" ".join(map(_plain, words))}"'
        case Wildcard(text=text):
            return text
        case Word() | Prefix():
            plain = _plain(node)
            return plain if _needs_no_quotes(plain, node) else f'"{plain}"'


def _plain(word: Word | Prefix) -> str:
    return f"{word.text}*" if isinstance(word, Prefix) else word.text


def _needs_no_quotes(plain: str, node: Word | Prefix) -> bool:
    """Whether `plain` needs no quotes, which is whether `parse_query` reads it into an equal node."""
    if not _BARE_START.match(plain):
        return False
    try:
        return parse_query(plain) == node
    except QueryError:
        return False


def _quoted_name(value: str) -> str:
    return value if _BARE_NAME.fullmatch(value) and value not in ("AND", "OR", "NOT") else f'"{value}"'
