"""Search and count stored articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select, tuple_

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from monitor.storage import canary_progress
from monitor.storage.articles import article_from_row
from monitor.storage.canary_progress import of_users
from monitor.storage.tables import articles, mentions
from monitor.storage.types import UtcDateTime

_LIKE_SPECIAL = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
_BATCH = 500


def listing(
    connection: Connection,
    *,
    search: str | None = None,
    since: datetime | None = None,
    entity: str | None = None,
    limit: int | None = None,
) -> tuple[Article, ...]:
    """Return articles, newest first. Every word of `search` occurs in title or text, in whatever case; `entity` is a name recognized in them."""
    query = select(articles).where(of_users()).order_by(articles.c.fetched_at.desc(), articles.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(articles.c.fetched_at >= since)
    if entity is not None:
        query = query.where(articles.c.id.in_(select(mentions.c.article_id).where(mentions.c.name == entity)))
    for word in (search or "").split():
        pattern = f"%{word.translate(_LIKE_SPECIAL)}%"
        query = query.where(or_(articles.c.title.ilike(pattern, escape="\\"), articles.c.text.ilike(pattern, escape="\\")))
    return tuple(map(article_from_row, connection.execute(query)))


def each(connection: Connection, *, since: datetime | None = None) -> Iterator[Article]:
    """Yield every article, newest first, and hold a few hundred of them at a time."""
    query = select(articles).where(of_users()).order_by(articles.c.fetched_at.desc(), articles.c.id.desc()).limit(_BATCH)
    if since is not None:
        query = query.where(articles.c.fetched_at >= since)
    page = query
    while found := connection.execute(page).all():
        yield from map(article_from_row, found)
        last = tuple_(articles.c.fetched_at, articles.c.id)
        page = query.where(last < tuple_(bindparam(None, found[-1].fetched_at, UtcDateTime), found[-1].id))


def count(connection: Connection, *, since: datetime | None = None) -> int:
    """Return how many articles are stored, or were fetched at `since` or later."""
    query = select(func.count()).select_from(articles)
    found = connection.execute(query if since is None else query.where(articles.c.fetched_at >= since)).scalar_one()
    return found - canary_progress.underway(connection) if found else 0


def span(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """Return when the oldest and the newest stored article were fetched."""
    query = select(articles.c.fetched_at).where(of_users()).limit(1)
    oldest, newest = (
        connection.execute(query.order_by(order)).scalar() for order in (articles.c.fetched_at, articles.c.fetched_at.desc())
    )
    return oldest, newest


def in_stories(
    connection: Connection, *, since: datetime | None, after: tuple[StoryId | None, ArticleId] | None, limit: int
) -> Sequence[tuple[StoryId | None, ArticleId]]:
    """Return the next `limit` ids of articles with their story: the newest story first, in it the oldest article first.

    Articles without a story come at the end. `after` is the last pair of the page before. A story's articles follow each other, so
    that the caller need not remember the stories it has seen.
    """
    story, article = after or (None, None)
    found: list[tuple[StoryId | None, ArticleId]] = []
    if after is None or story is not None:
        query = select(articles.c.story_id, articles.c.id).where(articles.c.story_id.is_not(None))
        if story is not None:
            query = query.where(articles.c.story_id <= story, or_(articles.c.story_id < story, articles.c.id > article))
        found += _pairs(connection, query.order_by(articles.c.story_id.desc(), articles.c.id), since, limit)
    if len(found) < limit:
        query = select(articles.c.story_id, articles.c.id).where(articles.c.story_id.is_(None), of_users())
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
