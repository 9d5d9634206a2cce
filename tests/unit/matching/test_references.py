"""Terms that refer to other terms: circles, diamonds, chains, long lists."""

from __future__ import annotations

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.watch import Term
from tests.growth import assert_grows_linearly
from tests.unit.matching.making import document, entity, hits, keyword, query
from workers.matching.matcher import Matcher


def chain(length: int) -> list[Term]:
    """Terms of which each refers to the next, and the last to a keyword."""
    return [*(query(f"t{i}", f'term:"t{i + 1}"') for i in range(length)), keyword("truce", name=f"t{length}")]


def test_a_term_that_refers_to_itself() -> None:
    """The shortest circle."""
    with pytest.raises(ConfigError, match="in a circle: a → a"):
        Matcher.build([query("a", "x term:a")])


def test_many_terms_may_refer_to_one() -> None:
    """A diamond is no circle."""
    terms = [query("top", "term:l term:r"), query("l", "term:base"), query("r", "term:base"), keyword("truce", name="base")]
    assert list(hits(terms, document("a truce"))) == ["top", "l", "r", "base"]


@pytest.mark.parametrize("operator", ["OR", "AND"])
def test_a_tower_of_diamonds_costs_what_its_terms_cost(operator: str) -> None:
    """Terms that each refer twice to the one below are built, matched and explained at once: nothing is walked once for each path."""

    def tower(height: int) -> list[Term]:
        return [
            *(query(f"{side}{i}", f"term:a{i + 1} {operator} term:b{i + 1}") for i in range(height) for side in "ab"),
            keyword("truce", name=f"a{height}"),
            keyword("talks", name=f"b{height}"),
        ]

    def climb(terms: list[Term]) -> None:
        matcher = Matcher.build(terms)
        fired = matcher.match(document("truce talks"))
        assert len(fired) == len(terms)
        assert [match.text for match in fired[0].matches] == ["truce", "talks"]
        assert fired[0].why == matcher.explain(document("truce talks"), "a0")
        assert matcher.match(document("war")) == ()

    assert_grows_linearly(climb, tower, 15)


def test_an_explanation_tells_the_parts_of_a_term_once() -> None:
    """The second reference to a term points to the first."""
    terms = [query("top", "term:l term:r"), query("l", "term:base"), query("r", "term:base"), keyword("truce", name="base")]
    left, right = Matcher.build(terms).explain(document("a truce"), "top")["because"]["parts"]
    assert left["parts"][0]["parts"][0]["part"] == "truce"
    (again,) = right["parts"]
    assert again["held"]
    assert again["note"] == "its parts are listed above"
    assert "parts" not in again


def test_a_long_chain_is_matched_and_a_longer_one_refused() -> None:
    """As deep as the limit allows, and past it a fault with its place instead of an exhausted stack."""
    matcher = Matcher.build(chain(119))
    assert len(matcher.match(document("a truce"))) == 120
    assert matcher.explain(document("a truce"), "t0")["fired"]
    with pytest.raises(ConfigError, match=r"query, column 1: terms refer to each other too deeply"):
        Matcher.build(chain(5_000))


def test_deep_groups_and_references_together_stay_within_the_stack() -> None:
    """The deepest that is let through: groups within groups, behind references."""
    deep = "truce"
    for level in range(45):
        deep = f"(({deep} OR w{level}) x{level})"
    terms = [*(query(f"t{i}", f'term:"t{i + 1}"') for i in range(29)), query("t29", deep)]
    text = "truce " + " ".join(f"x{level}" for level in range(45))
    matcher = Matcher.build(terms)
    assert len(matcher.match(document(text))) == 30
    assert matcher.explain(document(text), "t0")["fired"]


def test_a_thousand_references_to_a_long_list() -> None:
    """The trigger of a reference is the term it names, not each of its words."""

    def listed(count: int) -> list[Term]:
        words = [f"w{i}" for i in range(count)]
        return [keyword(*words, name="list"), *(query(f"q{i}", f"term:list x{i}") for i in range(count))]

    def match(terms: list[Term]) -> None:
        fired = Matcher.build(terms).match(document("w7 x3"))
        assert [found.term.name for found in fired] == ["list", "q3"]

    assert_grows_linearly(match, listed, 500)


@pytest.mark.parametrize("text", ["entity:Rafah strike", "(entity:Rafah OR term:base) strike", 'term:"by entity"'])
def test_references_wake_whoever_refers(text: str) -> None:
    """In whatever order the list has them, a term is evaluated when what it refers to occurs."""
    terms = [query("q", text), query("by entity", "entity:Rafah strike"), keyword("unheard", name="base"), entity("Rafah")]
    assert "q" in hits(terms, document("A strike on Rafah"))
    assert "q" not in hits(terms, document("A strike on Gaza"))
