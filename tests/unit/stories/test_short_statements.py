"""Whether statements of one or two sentences are taken for reports of another event, since they are built alike."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.domain.word_counts import WordCounts
from tests.short_statements import OTHER_EVENTS, SAME_EVENT
from tests.statements import statement, story
from workers.stories.relate import relate
from workers.stories.vocabulary import Vocabulary

LEAST_JOINED = 0.8
"""Share of the pairs of one event that two sources' statements are expected to join; the rest is told twice."""


def _joins(language: str, old: str, new: str, source: str, *, titled: bool) -> bool:
    """Whether `new` joins the story of `old`, which Alpha published two minutes before."""
    first, second = (
        statement("" if titled else text, text if titled else "", language=language, source=by, minutes=minutes)
        for text, by, minutes in ((old, "Alpha", 0), (new, source, 2))
    )
    return relate(second, [story(first)], Vocabulary(WordCounts(), language).idf).relation.story_id is not None


def _joined(pairs: Sequence[tuple[str, str, str]], source: str, *, titled: bool) -> list[tuple[str, str]]:
    both_ways = [(language, *pair) for language, *found in pairs for pair in (found, found[::-1])]
    return [(old, new) for language, old, new in both_ways if _joins(language, old, new, source, titled=titled)]


@pytest.mark.parametrize("titled", [False, True], ids=["text", "title"])
@pytest.mark.parametrize("source", ["Alpha", "Beta"])
def test_a_common_frame_makes_no_event(source: str, *, titled: bool) -> None:
    """Another actor, another deed or another thing is another event, however alike the sentences are built."""
    assert _joined(OTHER_EVENTS, source, titled=titled) == []


@pytest.mark.parametrize("titled", [False, True], ids=["text", "title"])
def test_most_short_reports_of_one_event_join(*, titled: bool) -> None:
    """Names, numbers and deeds in common make one event, also in one sentence."""
    assert len(_joined(SAME_EVENT, "Beta", titled=titled)) >= LEAST_JOINED * 2 * len(SAME_EVENT)


def test_the_pairs_are_enough_to_tell() -> None:
    """Both kinds are many, in several languages and scripts."""
    assert len(OTHER_EVENTS) >= 60
    assert len(SAME_EVENT) >= 40
    assert {language for language, *_ in OTHER_EVENTS} == {language for language, *_ in SAME_EVENT}
    assert len({language for language, *_ in SAME_EVENT}) >= 8
