"""Statements made for tests of how they are related."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.word_counts import WordCounts
from workers.stories.facts import extract_facts, passages_of
from workers.stories.relate import CandidateStory
from workers.stories.statement import Statement, weigh
from workers.stories.story_profile import StoryProfile
from workers.stories.vocabulary import Vocabulary

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENGLISH = Vocabulary(WordCounts(), "en")
_numbers = count()


def statement(
    text: str,
    title: str = "",
    *,
    source: str = "Alpha",
    link: str | None = None,
    minutes: float = 0,
    language: str = "en",
    vocabulary: Vocabulary | None = None,
) -> Statement:
    """A statement of `source` dated so many minutes after the epoch, under a link of its own unless one is given."""
    vocabulary = vocabulary or Vocabulary(WordCounts(), language)
    facts = extract_facts(title, passages_of(title, text), language, capitals=vocabulary)
    number = next(_numbers)
    return Statement(
        article_id=ArticleId(f"{number:06}"),
        source=source,
        link=link or f"https://{source.lower()}.example/{number}",
        dated_at=EPOCH + timedelta(minutes=minutes),
        facts=facts,
        weights=weigh(facts, vocabulary.idf),
        title=title,
        text=text,
    )


def profile_of(*statements: Statement) -> StoryProfile:
    """What statements say together."""
    profile = StoryProfile()
    for one in statements:
        profile.add(one)
    return profile


def story(*statements: Statement, name: str = "story") -> CandidateStory:
    """A story of these statements."""
    return CandidateStory(story_id=StoryId(name), read_profile=lambda: profile_of(*statements), statements=statements)
