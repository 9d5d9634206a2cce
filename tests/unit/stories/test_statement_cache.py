"""What a worker remembers of statements is what is stored of them now."""

from __future__ import annotations

from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.statements import StoredStatement
from tests.statements import EPOCH, statement
from workers.scanning.statement_cache import StatementCache
from workers.stories.serialization import pack_facts


def _stored(title: str, text: str, *, article: str = "a1", source: str = "Alpha") -> StoredStatement:
    made = statement(text, title)
    return StoredStatement(
        id=7,
        article_id=ArticleId(article),
        story_id=StoryId("s1"),
        source=source,
        link=None,
        dated_at=EPOCH,
        title=title,
        text=text,
        data=pack_facts(made.facts, made.weights.idf),
    )


def test_a_number_that_is_used_again_brings_the_new_statement() -> None:
    """SQLite uses the numbers of deleted statements again, for another source's article in the same words."""
    cache, text = StatementCache(), "The ferry to Mirna is late again."
    first = cache.read(_stored("Ferry late", text))
    assert cache.read(_stored("Ferry late", text)) is first
    assert cache.known(7, ArticleId("a1")) is first
    assert cache.known(7, ArticleId("b1")) is None
    copy = cache.read(_stored("Ferry late", text, article="b1", source="Beta"))
    assert (copy.article_id, copy.source) == ("b1", "Beta")
