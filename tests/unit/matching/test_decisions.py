"""The engine decides as the slow and obvious evaluator does: a hundred thousand random decisions."""

from __future__ import annotations

import random
from typing import get_args

import pytest

from monitor.domain.errors import QueryError
from monitor.domain.match import Document, Field
from monitor.domain.watch import Term
from tests.unit.matching.making import entity, query
from tests.unit.query.naive import Naive, Place, tokenise
from workers.matching.matcher import Matcher
from workers.query.builder import and_of, or_of
from workers.query.format import format_query
from workers.query.syntax import (
    AtLeast,
    Attribute,
    AttributeName,
    EntityRef,
    Gap,
    InField,
    NamedRef,
    NameField,
    Near,
    NearOperand,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Wildcard,
    Word,
    walk_nodes,
)
from workers.query.triggerable import require_trigger

WORDS = ("alfa", "bravo", "kilometre", "delta", "echo", "golf", "hotel", "kilogram", "Alfa", "BRAVO", "deltoid")
"""No two of them are spellings of each other, but some share a beginning, and some differ by case alone."""
NAME = "Zulu"
PLACE = "Gaza"
ATTRIBUTES = tuple(
    Attribute(name=AttributeName(name), value=value)
    for name, value in (
        ("tag", "gaza"),
        ("tag", "sport"),
        ("site", "example.org"),
        ("site", "news.example.org"),
        ("url", "/sport/"),
        ("author", "jane doe"),
        ("author", "doe"),
    )
)


class Maker:
    """Random trees and documents."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self) -> Word:
        """A word, sometimes of exact case."""
        return Word(text=self.random.choice(WORDS), exact_case=self.random.random() < 0.2)

    def piece(self) -> Word | Prefix:
        """A word of a phrase."""
        loose = self.random.random() < 0.2
        return Prefix(text=self.random.choice(WORDS)[:3]) if loose else Word(text=self.random.choice(WORDS))

    def operand(self) -> NearOperand:  # noqa: PLR0911 - one for each kind of node
        """Return a random operand of NEAR."""
        kind = self.random.random()
        if kind < 0.5:
            return self.word()
        if kind < 0.57:
            return Prefix(text=self.random.choice(WORDS)[:4])
        if kind < 0.6:
            return Wildcard(text=self.random.choice(["kilo*e", "del*d", "bra?o", "hot*l*"]))
        if kind < 0.75:
            return Phrase(words=tuple(self.piece() for _ in range(self.random.randint(2, 3))))
        if kind < 0.81:
            return EntityRef(name=NAME)
        if kind < 0.85:
            return NamedRef(kind=self.random.choice([NameField.PLACE, NameField.IN]), name=PLACE)
        return Or(children=(self.word(), self.word()))

    def tree(self, depth: int, *, inside: bool = False) -> Node:  # noqa: PLR0911 - one for each kind of node
        """Return a tree of at most this depth; `inside` a field, some nodes are not allowed."""
        kind = self.random.random()
        if depth == 0 or kind < 0.25:
            return self.operand()
        if kind < 0.40:
            return and_of([self.tree(depth - 1, inside=inside) for _ in range(self.random.randint(2, 3))])
        if kind < 0.55:
            return or_of([self.tree(depth - 1, inside=inside) for _ in range(self.random.randint(2, 3))])
        if kind < 0.67:
            return Not(child=self.tree(depth - 1, inside=inside))
        if kind < 0.82:
            size = self.random.randint(2, 3)
            gaps = tuple(Gap(words=self.random.randint(1, 6), ordered=self.random.random() < 0.5) for _ in range(size - 1))
            return Near(operands=tuple(self.operand() for _ in range(size)), gaps=gaps)
        if kind < 0.84:
            return NotNear(child=self.operand(), excluded=self.operand(), words=self.random.randint(1, 5))
        if kind < 0.87:
            return AtLeast(count=self.random.randint(2, 4), child=self.operand())
        if kind < 0.92 and not inside:
            return InField(name=self.random.choice(list(Field)), child=self.tree(depth - 1, inside=True))
        if kind < 0.96:
            return self.random.choice(ATTRIBUTES)
        return self.operand() if inside else TermRef(name="base")

    def document(self) -> Document:
        """An article."""
        return Document(
            title=self.text(6),
            body=self.text(24),
            language="en",
            tags=frozenset(self.random.sample(["Gaza", "sport"], self.random.randint(0, 2))),
            url=self.random.choice(["https://news.example.org/Sport/1", "https://example.org/world/2", "https://badexample.org/"]),
            author=self.random.choice(["Jane Doe", "John Doe, Jane Roe", None]),
        )

    def text(self, most: int) -> str:
        """A title or body of at most so many words."""
        words = self.random.choices(
            [*WORDS, "x", "yy", "Echo", "GOLF", f"the {NAME}", f"in {PLACE}"], k=self.random.randint(0, most)
        )
        return "".join(word + self.random.choice([" ", " ", ", ", " - "]) for word in words)


def naive(doc: Document, base: Node) -> Naive:
    """Return the naive evaluator of a document, with the places of the entity and the result of the base term."""
    texts = {Field.TITLE: doc.title, Field.BODY: doc.body}
    places = frozenset(
        Place(field, i, i + 1) for field, text in texts.items() for i, token in enumerate(tokenise(text)) if token == NAME
    )
    named = {
        PLACE: frozenset(
            Place(field, i, i + 1) for field, text in texts.items() for i, token in enumerate(tokenise(text)) if token == PLACE
        )
    }
    first = Naive(document=doc, entities={NAME: places}, names=named)
    return Naive(document=doc, entities={NAME: places}, names=named, terms={"base": first.holds(base)})


def askable(maker: Maker) -> Node:
    """A random tree that the cost guard lets pass."""
    while True:
        tree = maker.tree(3)
        try:
            require_trigger(tree)
        except QueryError:
            continue
        return tree


def test_every_operator_is_decided() -> None:
    """What Maker does not make is not compared with the naive evaluator."""
    made = {type(node) for seed in range(100) for node in walk_nodes(askable(Maker(seed)))}
    assert set(get_args(Node)) - made == set(), "Maker.operand or Maker.tree"


@pytest.mark.parametrize("seed", range(20))
def test_engine_decides_as_the_naive_evaluator(seed: int) -> None:
    """Fifty queries over a hundred documents: every decision is the same, in any order of the watch list."""
    maker = Maker(seed)
    base = Or(children=(Word(text="golf"), Phrase(words=(Word(text="hotel"), Word(text="echo")))))
    trees = [askable(maker) for _ in range(50)]
    terms: list[Term] = [query(f"q{i}", format_query(tree)) for i, tree in enumerate(trees)]
    matcher = Matcher.build([*terms, entity(NAME), query("base", format_query(base))])
    for _ in range(100):
        doc = maker.document()
        fired = {found.term.name for found in matcher.match(doc)}
        judge = naive(doc, base)
        for term, tree in zip(terms, trees, strict=True):
            assert (term.name in fired) == judge.holds(tree), (format_query(tree), doc)
