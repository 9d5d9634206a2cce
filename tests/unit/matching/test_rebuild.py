"""A long watch list that changes a little: the new matcher reuses the automata of the old one, and decides as one built from scratch."""

from __future__ import annotations

import random

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.match import Document
from monitor.domain.watch import Term
from tests.unit.matching.making import document, entity, keyword, query
from workers.matching import compiler
from workers.matching.compiler import MIN_ATOMS_TO_REUSE
from workers.matching.matcher import Matcher
from workers.matching.patterns import propose_patterns
from workers.matching.phrase import WatchedPhrase

WORDS = "truce talks Rafah Crossing strike raid hostage deal convoy border Reading Town aid camp".split()
FILLERS: list[Term] = [keyword(f"filler{i}") for i in range(MIN_ATOMS_TO_REUSE + 1000)]


def made(rng: random.Random, number: int) -> Term:
    """A term of any kind out of a few words."""
    a, b, c = rng.sample(WORDS, 3)
    return rng.choice(
        [
            keyword(a.lower(), f"{b} {c}".lower(), name=f"k{number}"),
            entity(f"{a} {b}".title(), f"{c}".title(), f"e{number}"),
            query(f"q{number}", f"{a} NEAR/5 ({b} OR filler7) NOT {c}"),
            query(f"r{number}", f"term:base OR ({a} AND -{b})"),
            keyword(f"{a}{b}".lower(), name=f"x{number}", exact=True),
        ]
    )


def results(matcher: Matcher, doc: Document) -> list[object]:
    """Return all results of a matcher for a document."""
    return [*((found.term.name, found.matches, found.why) for found in matcher.match(doc)), *matcher.mentions(doc)]


def test_a_changed_list_decides_as_one_built_afresh() -> None:
    """Over twenty changes, each adding some terms and dropping others, every occurrence and every reason is the same."""
    rng = random.Random(5)
    terms: list[Term] = [keyword("truce", name="base"), *(made(rng, i) for i in range(20))]
    matcher = Matcher.build([*FILLERS, *terms])
    for turn in range(20):
        terms = [*rng.sample(terms[1:], 15), *(made(rng, 100 + turn * 10 + i) for i in range(6))]
        terms.insert(0, keyword("truce", name="base"))
        before, matcher = matcher, Matcher.build([*FILLERS[turn:], *terms], matcher)
        assert before.terms != matcher.terms
        assert matcher._index.trigger_search.base is before._index.trigger_search.base
        fresh = Matcher.build(terms)
        for _ in range(30):
            text = " ".join(rng.choice([word, word.lower(), "the", "and", "some.", "filler3"]) for word in rng.choices(WORDS, k=30))
            doc = document(text, title=rng.choice(WORDS))
            assert [one for one in results(matcher, doc) if "filler" not in str(one)[:9]] == results(fresh, doc)


def test_a_list_that_has_changed_much_is_built_anew() -> None:
    """What is no longer needed does not pile up."""
    matcher = Matcher.build(FILLERS)
    for turn in range(8):
        matcher = Matcher.build([*FILLERS[turn * 200 :], *(keyword(f"turn{turn}x{i}") for i in range(200))], matcher)
        assert len(matcher._index.texts) <= 1.2 * len(matcher.terms)
        assert [found.term.name for found in matcher.match(document(f"turn{turn}x5 filler{turn * 200} filler10"))][
            -1
        ] == f"turn{turn}x5"
    assert Matcher.build([keyword("truce")], matcher)._index.texts == ["truce"]


def test_a_faulty_list_leaves_the_matcher_as_it_is() -> None:
    """The old list stays in use."""
    matcher = Matcher.build([*FILLERS, keyword("truce")])
    with pytest.raises(ConfigError):
        Matcher.build([*FILLERS, query("bad", "NOT x")], matcher)
    assert [found.term.name for found in matcher.match(document("a truce"))] == ["truce"]


def test_one_more_word_on_a_long_list_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of forty thousand words only the new one is spelled out; the automaton of the others stays."""
    spelled: list[str] = []

    def noted(phrase: WatchedPhrase) -> list[tuple[bytes, bool]]:
        spelled.append(" ".join(phrase.words))
        return propose_patterns(phrase)

    terms: list[Term] = [keyword(f"{chr(97 + i % 26)}word{i}") for i in range(40_000)]
    monkeypatch.setattr(compiler, "propose_patterns", noted)
    matcher = Matcher.build(terms)
    assert len(spelled) == 40_000
    spelled.clear()
    later = Matcher.build([*terms, keyword("truce")], matcher)
    assert spelled == ["truce"]
    assert later._index.trigger_search.base is matcher._index.trigger_search.base
    assert later.match(document("a truce"))
