"""Topics in words: which sentence is near, how near, and what is said where they cannot be compared."""

from __future__ import annotations

import pytest

from monitor.domain.match import Field
from monitor.domain.watch import DEFAULT_THRESHOLD, Term, TermKind
from tests.unit.matching.making import document
from workers.analysis.topic_thresholds import NearnessStatistics
from workers.language.word_vectors import is_available
from workers.matching.matcher import Matcher
from workers.matching.watchlist_check import watchlist_faults

QUAKE = "earthquakes and their victims"
BODY = "The weather was fine. A magnitude 7 earthquake killed four people in Chile. Prices rose."
needs_table = pytest.mark.skipif(not is_available(), reason="the extra `semantic` is not installed")


def about(topic: str, threshold: float = DEFAULT_THRESHOLD) -> Term:
    """Return a term with a topic."""
    return Term(name="topic", kind=TermKind.ABOUT, about=topic, threshold=threshold, where="watch.yaml:3:5")


@needs_table
def test_the_near_sentence_is_the_match() -> None:
    """The alert shows which sentence it was, and how near."""
    (found,) = Matcher.build([about(QUAKE)]).match(document(BODY, title="News in brief", language="en"))
    (match,) = found.matches
    assert (match.field, match.text, match.rule) == (Field.BODY, BODY.split(". ")[1] + ".", "near the topic")
    assert BODY[match.start : match.end] == match.text
    assert match.confidence is not None
    assert 0.5 <= match.confidence <= 1


@needs_table
@pytest.mark.parametrize("body", ["Prices rose in the third quarter, said the bank.", "", "Ja.", "…!? …"])
def test_other_articles_stay_quiet(body: str) -> None:
    """Be it that they speak of something else, or that they say nothing."""
    matcher = Matcher.build([about(QUAKE)])
    doc = document(body, language="en")
    assert not matcher.match(doc)
    assert matcher.explain(doc, "topic")["because"]["note"]


@needs_table
def test_the_threshold_decides_and_a_miss_says_how_near_it_was() -> None:
    """The same sentence is too far for a higher threshold."""
    doc = document(BODY, language="en")
    strict = Matcher.build([about(QUAKE, threshold=0.95)])
    assert not strict.match(doc)
    note = strict.explain(doc, "topic")["because"]["note"]
    assert f"{strict.nearness(doc, 'topic'):.2f}" in note
    assert "magnitude 7 earthquake" in note


@needs_table
def test_a_topic_of_one_word_is_refused() -> None:
    """A keyword finds that, and says why."""
    (fault,) = watchlist_faults([about("earthquakes")])
    assert "keyword" in fault.message


@pytest.mark.skipif(is_available(), reason="the extra `semantic` is installed")
def test_without_the_table_check_says_what_to_install() -> None:
    """One fault at the term, in place of an error at the first article."""
    (fault,) = watchlist_faults([about(QUAKE)])
    assert (fault.file, fault.line) == ("watch.yaml", 3)
    assert "pip install 'news-monitor[semantic]'" in fault.message


def test_a_threshold_is_proposed_above_what_is_usual() -> None:
    """Where enough articles have been compared."""
    statistics = NearnessStatistics()
    for number in range(200):
        statistics.add(0.1 + 0.001 * (number % 100))
    assert statistics.proposed is not None
    assert 0.2 < statistics.proposed < 0.3
    assert NearnessStatistics().proposed is None
