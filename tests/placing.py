"""Put articles into stories as scan workers do, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from monitor.domain.article import Article
from monitor.domain.ids import StoryId
from monitor.settings.model import StoriesSettings
from monitor.storage.engine import Connection
from monitor.storage.tables import articles, stories
from workers.scanning.background import BatchCounts, read_statements
from workers.scanning.relate_statement import Placement, StoryPlacer
from workers.scanning.statement_cache import StatementCache


def place(
    connection: Connection, some: Sequence[Article], cache: StatementCache, *, now: datetime, settings: StoriesSettings
) -> list[Placement]:
    """Relate these articles, oldest first, and count their words."""
    read = read_statements(connection, some)
    placer = StoryPlacer(connection, [(article, read[article.id]) for article in some], cache, settings)
    placer.begin(connection, now)
    placements = [placer.place(article.id) for article in some]
    placer.flush()
    counts = BatchCounts()
    for article in some:
        counts.add(read[article.id])
    counts.save(connection, now)
    return placements


def join(connection: Connection, article: Article, story_id: StoryId) -> None:
    """Put an article into a story, whatever it says."""
    connection.execute(update(articles).where(articles.c.id == article.id).values(story_id=story_id))
    values = {"articles": stories.c.articles + 1, "last_article_at": article.fetched_at}
    connection.execute(update(stories).where(stories.c.id == story_id).values(values))
