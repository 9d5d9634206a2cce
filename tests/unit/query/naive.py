"""The meaning of a query, evaluated the slow and obvious way: what the engine is compared with.

Words are runs of letters, digits and underscores, compared whole, in any case unless the query asks for it: no spelling variants, no plural, no diacritics
folded. It decides whether a query holds, and names no places. Every choice of places is tried, so keep texts short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import pairwise, product
from typing import NamedTuple, TypeAlias

from monitor.domain.match import Document, Field
from workers.query.syntax import (
    And,
    AtLeast,
    Attribute,
    AttributeName,
    EntityRef,
    Gap,
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

Fields: TypeAlias = tuple[Field, ...]


class Place(NamedTuple):
    """The words [start, end) of a field, counted from 0."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Naive:
    """An evaluator for one document. `entities` and recognized `names`: where each occurs; `terms`: which other terms fire."""

    document: Document
    entities: Mapping[str, frozenset[Place]] = field(default_factory=dict)
    names: Mapping[str, frozenset[Place]] = field(default_factory=dict)
    terms: Mapping[str, bool] = field(default_factory=dict)

    def holds(self, node: Node, fields: Fields = (Field.TITLE, Field.BODY)) -> bool:
        """Whether the document satisfies `node`, looking only at `fields`."""
        match node:
            case And(children=nodes):
                return all(self.holds(child, fields) for child in nodes)
            case Or(children=nodes):
                return any(self.holds(child, fields) for child in nodes)
            case Not(child=child):
                return not self.holds(child, fields)
            case InField(name=name, child=child):
                return self.holds(child, (name,))
            case _:
                return self._leaf_holds(node, fields)

    def _leaf_holds(self, node: Node, fields: Fields) -> bool:
        match node:
            case Near(operands=operands, gaps=gaps):
                choices = product(*(self.places(operand, fields) for operand in operands))
                return any(all(map(_near, pairwise(choice), gaps)) for choice in choices)
            case AtLeast(count=count, child=child):
                return len({place[:2] for place in self.places(child, fields)}) >= count
            case Attribute():
                return self._has(node)
            case TermRef(name=name):
                return self.terms[name]
            case _:
                return any(self.places(node, fields))

    def places(self, node: Node, fields: Fields) -> set[Place]:
        """Where a word, prefix, phrase, entity, or any of several, occurs."""
        match node:
            case Or(children=nodes):
                return set().union(*(self.places(child, fields) for child in nodes))
            case EntityRef(name=name):
                return {place for place in self.entities[name] if place.field in fields}
            case NamedRef(name=name):
                return {place for place in self.names[name] if place.field in fields}
            case NotNear(child=child, excluded=excluded, words=words):
                others = self.places(excluded, fields)
                return {a for a in self.places(child, fields) if not any(_touches(a, b, words) for b in others if b != a)}
            case Word() | Prefix() | Wildcard():
                return self._runs((node,), fields)
            case Phrase(words=words):
                return self._runs(words, fields)
            case _:
                raise AssertionError(f"{node} has no place")

    def _runs(self, words: tuple[Word | Prefix | Wildcard, ...], fields: Fields) -> set[Place]:
        tests = [test for word in words for test in _tests(word)]
        return {
            Place(name, start, start + len(tests))
            for name in fields
            for start, found in _windows(tokenise(self.document.title if name is Field.TITLE else self.document.body), len(tests))
            if all(test(token) for test, token in zip(tests, found, strict=True))
        }

    def _has(self, node: Attribute) -> bool:
        wanted = node.value.casefold()
        match node.name:
            case AttributeName.SOURCE:
                return self.document.source.casefold() == wanted
            case AttributeName.TAG:
                return wanted in {tag.casefold() for tag in self.document.tags}
            case AttributeName.LANG:
                return f"{self.document.language or ''}-".casefold().startswith(f"{wanted}-")
            case AttributeName.SITE:
                return f".{(self.document.url or '').split('/')[2]}".endswith(f".{wanted}")
            case AttributeName.URL:
                return wanted in (self.document.url or "").casefold()
            case AttributeName.AUTHOR:
                return f" {wanted} " in f" {' '.join(tokenise(self.document.author or '')).casefold()} "


def tokenise(text: str) -> list[str]:
    """The words of `text`."""
    return re.findall(r"\w+", text)


def _tests(word: Word | Prefix | Wildcard) -> list[Callable[[str], bool]]:
    """Return a test for each token of `word`, true for a token that matches it."""
    if isinstance(word, Wildcard):
        return [lambda token: fnmatchcase(token.casefold(), word.text.casefold())]
    *first, last = tokenise(word.text)
    if isinstance(word, Prefix):
        return [*map(_same, first), _begins(last)]
    return [(token.__eq__ if word.exact_case else _same(token)) for token in (*first, last)]


def _same(wanted: str) -> Callable[[str], bool]:
    return lambda token: token.casefold() == wanted.casefold()


def _begins(wanted: str) -> Callable[[str], bool]:
    return lambda token: token.casefold().startswith(wanted.casefold())


def _windows(tokens: list[str], size: int) -> Iterator[tuple[int, list[str]]]:
    return ((start, tokens[start : start + size]) for start in range(len(tokens) - size + 1))


def _touches(place: Place, other: Place, words: int) -> bool:
    """Whether two places overlap, or have fewer than `words` words between them."""
    if place.field is not other.field:
        return False
    return place.start - other.end < words and other.start - place.end < words


def _near(pair: tuple[Place, Place], gap: Gap) -> bool:
    left, right = pair
    if left.field is not right.field:
        return False
    after = left.end <= right.start and right.start - left.end < gap.words
    before = right.end <= left.start and left.start - right.end < gap.words
    return after or (before and not gap.ordered)
