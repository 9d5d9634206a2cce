"""Faults of a watch list, found without building it."""

from __future__ import annotations

import random

import pytest

from monitor.domain.errors import ConfigError, Fault
from monitor.domain.watch import Term
from tests.growth import assert_grows_linearly
from tests.unit.matching.making import document, entity, keyword, near, query
from workers.matching.matcher import Matcher
from workers.matching.watchlist_check import watchlist_faults

TEXTS = [
    "truce", "truce NOT", "NOT truce", "lang:en", "term:t1 x", "term:t2 OR x", "term:t3 NOT term:t4", "entity:e1", "entity:t1", "entity:lost",
    "term:lost", "(a", "a b c", "term:t5 AND (x OR NOT y)", "-x", 'title:"a b" OR ª', '"½" x', "x NEAR/3 ³y", "ra*", "² OR x",
]  # fmt: skip
PHRASES = ["truce", "👍", "停火", "™", "²", "№", "ª", "C++", "…", "\u00ad", "①", "Ⓐ", "ـ", "اَ", "U.S.", "5", "\u0301", "ー", "々"]


def made(rng: random.Random) -> list[Term]:
    """A watch list of which some terms are at fault."""
    terms = [query(f"t{i}", rng.choice(TEXTS), where=f"w.yaml:{i}:3") for i in range(6)]
    terms += [keyword(rng.choice(PHRASES), rng.choice(PHRASES), name=f"k{i}") for i in range(3)]
    context = near(require=(rng.choice(PHRASES),), forbid=(rng.choice(PHRASES),))
    return [*terms, entity("e1", rng.choice(PHRASES), context=rng.choice([context, None]))]


@pytest.mark.parametrize("seed", range(40))
def test_the_faults_are_those_that_building_meets(seed: int) -> None:
    """A list without faults can be compiled; for another one, compiling reports the same faults."""
    for terms in (made(random.Random(seed * 25 + i)) for i in range(25)):
        found = watchlist_faults(terms)
        assert outcome(terms) == ([*found] or terms)


def outcome(terms: list[Term]) -> list[Term] | list[Fault]:
    """The terms of the matcher that is built, or the faults for which none is."""
    try:
        return [*Matcher.build(terms).terms]
    except ConfigError as error:
        return [*error.faults]


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_word_passes_if_there_is_something_to_search_for(phrase: str) -> None:
    """Signs alone are refused; every accepted phrase is found in its own text."""
    found = watchlist_faults([keyword(phrase)])
    assert all("no letter or digit" in fault.message for fault in found)
    if not found:
        assert Matcher.build([keyword(phrase)]).match(document(f"x {phrase} y"))


def test_checking_a_long_list_takes_linear_time() -> None:
    """Keywords, and queries that refer to them, are each looked at once, with a fault among them too."""

    def listed(count: int) -> list[Term]:
        queries = (query(f"q{i}", f'term:"word{i}" NEAR/5 x' if i == 7 else f'term:"word{i}" x{i}') for i in range(count))
        return [*(keyword(f"word{i}") for i in range(10 * count)), *queries]

    def check(terms: list[Term]) -> None:
        (only,) = watchlist_faults(terms)
        assert "q7" in only.message

    assert_grows_linearly(check, listed, 1_000)
