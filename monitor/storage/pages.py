"""The pages behind the links of articles: their text as it comes, and when to try again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select, update

from monitor.domain.article import Article, PageState
from monitor.domain.ids import ArticleId, ScanId
from monitor.storage import scans
from monitor.storage.articles import keep_revision
from monitor.storage.tables import articles


def store(connection: Connection, article: Article, *, before: int, now: datetime) -> bool:
    """Give an article the text of its page. If `before` is an earlier revision, that one is kept.

    False if the article has changed since it was loaded: the newer revision is scanned on its own.
    """
    row = connection.execute(select(articles).where(articles.c.id == article.id).with_for_update()).one()
    if row.revision != before:
        return False
    if article.revision != before:
        keep_revision(connection, row, now)
    connection.execute(
        update(articles)
        .where(articles.c.id == article.id)
        .values(text=article.text, revision=article.revision, page=PageState.READ, page_due_at=None)
    )
    return True


def postpone(connection: Connection, article_id: ArticleId, *, tries: int, due_at: datetime | None) -> None:
    """Note that the page could not be read; None: nor is it worth another try."""
    state = PageState.UNREADABLE if due_at is None else PageState.UNREAD
    connection.execute(update(articles).where(articles.c.id == article_id).values(page=state, page_tries=tries, page_due_at=due_at))


def due(connection: Connection, now: datetime) -> bool:
    """Whether the page of any article is due for another try."""
    return bool(connection.execute(select(exists().where(articles.c.page_due_at <= now))).scalar())


def requeue(connection: Connection, now: datetime, *, limit: int = 100) -> tuple[ScanId, ...]:
    """Queue the articles whose page is due for another try to be scanned once more."""
    rows = connection.execute(
        select(articles.c.id, articles.c.revision)
        .where(articles.c.page_due_at <= now)
        .order_by(articles.c.page_due_at)
        .limit(limit)
    ).all()
    connection.execute(update(articles).where(articles.c.id.in_([row.id for row in rows])).values(page_due_at=None))
    return tuple(scans.add(connection, [(row.id, row.revision) for row in rows], now).values())
