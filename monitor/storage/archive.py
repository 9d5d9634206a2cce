"""Reading stored articles: the records that `articles`, the API and backtests show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.times import rfc3339
from monitor.storage.tables import articles

_LIKE_SPECIAL = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def listing(
    connection: Connection, *, search: str | None = None, since: datetime | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Article records, newest first. `search`: every word of it must stand in title or text, whatever its case."""
    query = select(articles).order_by(articles.c.fetched_at.desc(), articles.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(articles.c.fetched_at >= since)
    for word in (search or "").split():
        pattern = f"%{word.translate(_LIKE_SPECIAL)}%"
        query = query.where(or_(articles.c.title.ilike(pattern, escape="\\"), articles.c.text.ilike(pattern, escape="\\")))
    return map(_record, connection.execute(query))


def count(connection: Connection, *, since: datetime | None = None) -> int:
    """How many articles are stored, or were fetched since `since`."""
    query = select(func.count()).select_from(articles)
    return connection.execute(query if since is None else query.where(articles.c.fetched_at >= since)).scalar_one()


def in_stories(
    connection: Connection, *, since: datetime | None, after: tuple[StoryId | None, ArticleId] | None, limit: int
) -> Sequence[tuple[StoryId | None, ArticleId]]:
    """The next ids of articles with their story: the newest story first, in it the oldest article; those without a story at the end.

    `after` is the last pair of the page before. The order keeps a story's articles together, so that a reader need not remember stories.
    """
    story, article = after or (None, None)
    found: list[tuple[StoryId | None, ArticleId]] = []
    if after is None or story is not None:
        query = select(articles.c.story_id, articles.c.id).where(articles.c.story_id.is_not(None))
        if story is not None:
            query = query.where(articles.c.story_id <= story, or_(articles.c.story_id < story, articles.c.id > article))
        found += _pairs(connection, query.order_by(articles.c.story_id.desc(), articles.c.id), since, limit)
    if len(found) < limit:
        query = select(articles.c.story_id, articles.c.id).where(articles.c.story_id.is_(None))
        if after is not None and story is None:
            query = query.where(articles.c.id > article)
        found += _pairs(connection, query.order_by(articles.c.id), since, limit - len(found))
    return found


def _pairs(
    connection: Connection, query: Select[Any], since: datetime | None, limit: int
) -> list[tuple[StoryId | None, ArticleId]]:
    if since is not None:
        query = query.where(articles.c.fetched_at >= since)
    return [(row.story_id, row.id) for row in connection.execute(query.limit(limit))]


def _record(row: Row[tuple[object, ...]]) -> dict[str, Any]:
    values = row._mapping  # noqa: SLF001 - the documented way to read a row by name
    return {
        **{name: values[name] for name in ("id", "title", "url", "guid", "source", "feed_url", "author", "language")},
        **{name: rfc3339(values[name]) for name in ("published_at", "updated_at", "fetched_at")},
        **{name: values[name] for name in ("summary", "text", "revision", "story_id", "tags")},
    }
