"""Find what is stored of a link, and what a person asks of one article; these queries read whole tables and are not for every article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId
from monitor.domain.urls import canonical_url, host_of
from monitor.storage.articles import load
from monitor.storage.tables import appearances, articles, scans

_WORD = re.compile(r"(?<!%)(?<!%[0-9A-F])[A-Za-z0-9]+")
_MIN_WORD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One entry of a source that became an article."""

    source: str
    url: str | None
    published_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingScan:
    """An article's scan that is not done: since when, how often it was put on the queue, and why it failed, if it did."""

    since: datetime
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSource:
    """A source that has carried links of a site, with how many and the last time."""

    source: str
    articles: int
    last_fetched_at: datetime


def by_link(connection: Connection, link: str, limit: int) -> tuple[Article, ...]:
    """Return the articles with this link in any form, or with it as their guid, oldest first, at most `limit`."""
    wanted = canonical_url(link)
    found: dict[ArticleId, None] = {}
    for table, ids in ((articles, articles.c.id), (appearances, appearances.c.article_id)):
        query = select(ids.label("id"), table.c.url).where(or_(table.c.url == link, *_may_be(table.c.url, wanted)))
        found |= {row.id: None for row in connection.execute(query) if row.url == link or canonical_url(row.url) == wanted}
    by_guid = select(articles.c.id).where(articles.c.guid == link)
    found |= dict.fromkeys(connection.execute(by_guid).scalars())
    return tuple(sorted(load(connection, sorted(found)[:limit]), key=lambda article: (article.fetched_at, article.id)))


def words_of(canonical: str) -> tuple[str, ...]:
    """Return words that every form of a link contains: the longest of its host, and the longest of its path and parameters."""
    parts = urlsplit(canonical)
    labels = [label for label in host_of(canonical).split(".") if not label.startswith("xn--")]
    words = _WORD.findall(f"{parts.path} {parts.query}")
    longest = (max(some, key=len, default="") for some in (labels, words))
    return tuple(word for word in longest if len(word) >= _MIN_WORD)


def _may_be(column: ColumnElement[str | None], canonical: str) -> list[ColumnElement[bool]]:
    """Return a condition that every form of a link fulfils and few others, so that not every link need be compared."""
    words = words_of(canonical) if host_of(canonical) else ()
    if not words:
        return [column.is_not(None)] if host_of(canonical) else []
    return [and_(*(column.ilike(f"%{word}%") for word in words))]


def sources_of_site(connection: Connection, host: str, limit: int) -> tuple[SiteSource, ...]:
    """Return the sources whose articles lead to this host, those with the most first."""
    last = func.max(articles.c.fetched_at)
    query = (
        select(articles.c.source, func.count().label("articles"), last.label("last"))
        .where(or_(articles.c.url.icontains(f"//{host}/", autoescape=True), articles.c.url.icontains(f".{host}/", autoescape=True)))
        .group_by(articles.c.source)
        .order_by(func.count().desc(), articles.c.source)
        .limit(limit)
    )
    return tuple(
        SiteSource(source=row.source, articles=row.articles, last_fetched_at=row.last) for row in connection.execute(query)
    )


def appearances_of(connection: Connection, article_id: ArticleId) -> tuple[Appearance, ...]:
    """Return where an article was seen, earliest first."""
    query = select(appearances).where(appearances.c.article_id == article_id).order_by(appearances.c.seen_at, appearances.c.url)
    return tuple(
        Appearance(source=row.source, url=row.url, published_at=row.published_at, seen_at=row.seen_at)
        for row in connection.execute(query)
    )


def waiting_scan(connection: Connection, article_id: ArticleId) -> WaitingScan | None:
    """Return the newest scan of an article that is not done; None when all are."""
    failed_first = case((scans.c.error.is_not(None), 0), else_=1)
    query = select(scans).where(scans.c.article_id == article_id).order_by(failed_first, scans.c.created_at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else WaitingScan(since=row.created_at, attempts=row.attempts, error=row.error)
