"""Every operator of the query language is known everywhere: printed, triggered, evaluated, explained, documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from monitor.domain.errors import QueryError
from monitor.domain.match import Document, Field
from tests.unit.matching.making import entity, keyword, query
from tests.unit.query.naive import Naive, Place, tokenise
from tests.unit.query.trees import trees
from workers.matching.matcher import Matcher
from workers.query.format import format_query
from workers.query.parser import parse_query
from workers.query.syntax import And, AttributeName, Node, children, required_children, walk_nodes
from workers.query.tokens import COUNTED_OPERATORS, TokenKind
from workers.query.triggerable import require_trigger

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "query-language.md").read_text(encoding="utf-8").partition("## Words")[0]
NODES = {node.__name__: node for node in get_args(Node)}


class Example(NamedTuple):
    """A query whose root is the operator, or in which it is what decides; a text on which it fires, and one on which it does not."""

    query: str
    fires: str
    fails: str
    marked: tuple[str, ...]


EXAMPLES = {
    "Word": Example("truce", "a truce", "a war", ("truce",)),
    "Prefix": Example("offens*", "an offensive", "off the record", ("offensive",)),
    "Wildcard": Example("organi?ation", "the organization", "an organist", ("organization",)),
    "NotNear": Example("beach NOTNEAR/1 huts", "on the beach and in beach huts", "in beach huts", ("beach",)),
    "Phrase": Example('"aid convoy"', "the aid convoy", "a convoy of aid", ("aid convoy",)),
    "And": Example("truce talks", "truce after talks", "truce", ("truce", "talks")),
    "Or": Example("truce OR talks", "talks", "war", ("talks",)),
    "Not": Example("truce NOT football", "truce", "football truce", ("truce",)),
    "Near": Example("truce NEAR/3 talks", "truce before the talks", "truce and then a lot more talks", ("truce", "talks")),
    "AtLeast": Example("ATLEAST/2 rocket", "rocket by rocket", "rocket", ("rocket", "rocket")),
    "InField": Example("body:truce", "truce", "war", ("truce",)),
    "Attribute": Example("truce lang:en", "truce", "war", ("truce",)),
    "EntityRef": Example("entity:Rafah", "in Rafah", "in rafah", ("Rafah",)),
    "NamedRef": Example("place:Cairo", "talks in Cairo", "talks in cairo", ("Cairo",)),
    "TermRef": Example("term:base", "a convoy", "a war", ("convoy",)),
}
"""By class of node. A new one needs an example here, which then goes through every test of this file."""


def _matcher(text: str) -> Matcher:
    return Matcher.build([query("asked", text), entity("Rafah"), keyword("convoy", name="base")])


def _nodes_in(text: str) -> set[str]:
    return {type(node).__name__ for node in walk_nodes(parse_query(text))}


def test_every_node_has_an_example_of_its_own() -> None:
    """A class of node without an example, or with one that does not contain it, is half an operator."""
    assert set(EXAMPLES) == set(NODES)
    assert {name for name, example in EXAMPLES.items() if name not in _nodes_in(example.query)} == set()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_printed_as_it_is_read(name: str) -> None:
    """The printed query reads the same, also inside of what it may stand in."""
    text = EXAMPLES[name].query
    for around in ("{}", "({}) OR other", "({}) AND other", "other NOT ({})", "title:({})"):
        whole = around.format(text)
        try:
            tree = parse_query(whole)
        except QueryError:
            assert around == "title:({})"
            continue
        assert parse_query(format_query(tree)) == tree


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_must_hold_is_below_it(name: str) -> None:
    """Triggers are looked for only among the children of a node."""
    for node in walk_nodes(parse_query(EXAMPLES[name].query)):
        assert set(required_children(node)) <= set(children(node))


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_fires_where_it_should_and_says_where(name: str) -> None:
    """It is triggered, decides rightly, marks what made it fire, and every part is explained."""
    example = EXAMPLES[name]
    require_trigger(parse_query(example.query))
    matcher = _matcher(example.query)
    for text, holds in ((example.fires, True), (example.fails, False)):
        document = Document(title="", body=text, language="en")
        fired = {match.term.name: match for match in matcher.match(document)}
        assert ("asked" in fired) is holds
        assert holds is _naive(document).holds(parse_query(example.query))
        why = matcher.explain(document, "asked")
        assert why["fired"] is why["because"]["held"] is holds
        assert set(_parts(why["because"])) >= {format_query(node) for node in _explained(parse_query(example.query))}
        if holds:
            assert tuple(match.text for match in fired["asked"].matches) == example.marked


def _explained(node: Node) -> list[Node]:
    """The nodes of which an explanation has parts: all but the operand of an ATLEAST."""
    below = [] if type(node).__name__ == "AtLeast" else children(node)
    return [node, *(inner for child in below for inner in _explained(child))]


def _parts(part: dict[str, Any]) -> list[str]:
    return [part["part"], *(text for inner in part.get("parts", ()) for text in _parts(inner))]


def _naive(document: Document) -> Naive:
    words = tokenise(document.body)
    places = frozenset(Place(Field.BODY, i, i + 1) for i, word in enumerate(words) if word == "Rafah")
    named = frozenset(Place(Field.BODY, i, i + 1) for i, word in enumerate(words) if word == "Cairo")
    return Naive(document=document, entities={"Rafah": places}, names={"Cairo": named}, terms={"base": "convoy" in words})


@pytest.mark.parametrize("name", NODES)
def test_it_is_documented(name: str) -> None:
    """docs/query-language.md has an example of every class of node among its operators."""
    examples = re.findall(r"^\| `([^`]+)` \| [a-z]", DOCUMENTED, re.MULTILINE)
    assert any(name in _nodes_in(example) for example in examples)


def test_every_operator_with_a_number_is_documented() -> None:
    """The table of operators in the documentation names each with a number."""
    assert {name for name in COUNTED_OPERATORS if not re.search(rf"\b{name}/\d", DOCUMENTED)} == set()
    assert {kind for kind, _, _ in COUNTED_OPERATORS.values()} <= set(TokenKind)


@pytest.mark.parametrize("name", COUNTED_OPERATORS)
def test_an_operator_with_a_number_is_named_with_it_in_errors(name: str) -> None:
    """A query of the operator alone is refused; the error repeats what was written."""
    with pytest.raises(QueryError) as refused:
        parse_query(f"{name}/3")
    assert f"{name}/3" in str(refused.value), "workers/query/parser.py: `_token_name`"


@pytest.mark.parametrize("name", COUNTED_OPERATORS)
def test_an_operator_with_a_number_takes_only_what_has_places(name: str) -> None:
    """An AND has no place in the text; the error says what to write instead, which can be read and needs no such thing."""
    with pytest.raises(QueryError, match=f"{name} takes words, phrases, entities, and these joined by OR") as refused:
        parse_query(f"a {name}/3 (b AND c)")
    instead = str(refused.value).rpartition(" write ")[2]
    assert instead.count(f"{name}/") == 2, "workers/query/builder.py: `_suggestion`"
    assert isinstance(parse_query(instead), And)


def test_every_operator_is_in_the_random_trees() -> None:
    """What tests/unit/query/trees.py does not make, the property test in tests/unit/query/test_format.py does not print and read."""
    made: set[str] = set()

    @settings(max_examples=200, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(trees(st.just("truce"), entities=("Rafah",), terms=("base",), attributes=((AttributeName.LANG, "en"),)))
    def make(tree: Node) -> None:
        made.update(type(node).__name__ for node in walk_nodes(tree))

    make()
    assert set(NODES) - made == set(), "tests/unit/query/trees.py"
