"""Search and count stored articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select, tuple_

from monitor.domain.article import Article
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.urls import canonical_url
from monitor.storage import canary_progress
from monitor.storage.articles import article_from_row
from monitor.storage.canary_progress import of_users
from monitor.storage.listing_filter import ListFilter, alerts_on, in_time, of_article
from monitor.storage.tables import articles
from monitor.storage.types import UtcDateTime

_BATCH = 500


def listing(
    connection: Connection, *, since: datetime | None = None, entity: str | None = None, limit: int | None = None
) -> tuple[Article, ...]:
    """Return articles, newest first. `entity` is a name recognized in them."""
    return filtered(connection, _asked(since, entity), limit=limit)


def filtered(connection: Connection, wanted: ListFilter, *, limit: int | None = None) -> tuple[Article, ...]:
    """Return the articles that are asked for, newest first."""
    return tuple(map(article_from_row, connection.execute(_newest_first(wanted).limit(limit))))


def listing_once(
    connection: Connection,
    *,
    since: datetime | None = None,
    entity: str | None = None,
    limit: int | None = None,
    holds: Callable[[Article], bool] | None = None,
) -> tuple[tuple[Article, tuple[Article, ...]], ...]:
    """Return articles as `listing` does, with those of other feeds that have the same link, title and text; the first of them stands for all.

    Where `holds` is given, only those for which it does.
    """
    wanted = _asked(since, entity)
    groups: dict[tuple[Any, ...], list[Article]] = {}
    carried: Counter[tuple[Any, ...]] = Counter()
    with connection.execute(_newest_first(wanted), execution_options={"yield_per": _BATCH}) as rows:
        for row in rows:
            article = article_from_row(row)
            if holds is not None and not holds(article):
                continue
            same = (article.id,) if article.url is None else (canonical_url(article.url), hash_parts(article.title, article.text))
            origin = (article.feed_url, article.source, *same)
            key = (*same, carried[origin])
            if key not in groups and len(groups) == limit:
                break
            carried[origin] += 1
            groups.setdefault(key, []).append(article)
    found = sorted(groups.values(), key=lambda group: (group[-1].fetched_at, group[-1].id), reverse=True)
    return tuple((group[-1], tuple(group[-2::-1])) for group in found)


def _asked(since: datetime | None, entity: str | None) -> ListFilter:
    return ListFilter(since=since, entities=() if entity is None else (entity,))


def _newest_first(wanted: ListFilter) -> Select[Any]:
    query = select(articles).where(of_users(), *in_time(wanted, articles.c.fetched_at, articles.c.id), *of_article(wanted))
    query = query.where(*alerts_on(wanted, articles.c.id))
    if wanted.story is not None:
        query = query.where(articles.c.story_id == wanted.story)
    return query.order_by(articles.c.fetched_at.desc(), articles.c.id.desc())


def each(connection: Connection, *, since: datetime | None = None) -> Iterator[Article]:
    """Yield every article, newest first, and hold a few hundred of them at a time."""
    page = query = _newest_first(ListFilter(since=since)).limit(_BATCH)
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
