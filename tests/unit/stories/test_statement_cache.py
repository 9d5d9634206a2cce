"""What a worker remembers of statements is what is stored of them now."""

from __future__ import annotations

from dataclasses import replace

from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.statements import StoredStatement
from tests.statements import EPOCH, statement
from workers.scanning.statement_cache import StatementCache
from workers.stories.serialization import pack_facts


def _stored(title: str, text: str, *, article: str = "a1", source: str = "Alpha", story: str = "s1") -> StoredStatement:
    made = statement(text, title)
    return StoredStatement(
        id=7,
        article_id=ArticleId(article),
        story_id=StoryId(story),
        source=source,
        link=None,
        dated_at=EPOCH,
        title=title,
        text=text,
        data=pack_facts(made.facts, made.weights.idf),
    )


def test_a_number_that_is_used_again_brings_the_new_statement() -> None:
    """SQLite uses numbers again: after a headline was changed, and for another source's article in the same words."""
    cache, text = StatementCache(), "The ferry to Mirna is late again."
    first = cache.read(_stored("Ferry late", text))
    assert cache.read(_stored("Ferry late", text)) is first
    assert cache.read(_stored("Ferry sinks off Mirna", text)).title == "Ferry sinks off Mirna"
    copy = cache.read(_stored("Ferry sinks off Mirna", text, article="b1", source="Beta"))
    assert (copy.article_id, copy.source) == ("b1", "Beta")


def test_a_merged_story_is_known_at_once() -> None:
    """A statement that was moved to another story is remembered in that one."""
    cache = StatementCache()
    first = cache.read(_stored("Ferry late", "The ferry to Mirna is late again."))
    moved = cache.read(_stored("Ferry late", "The ferry to Mirna is late again.", story="s2"))
    assert moved == replace(first, story_id=StoryId("s2"))
