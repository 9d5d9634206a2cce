"""Store the text of the pages behind the links of articles, and when to try them again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select, update

from monitor.domain.article import Article, PageState
from monitor.domain.aside import asides_to_json
from monitor.domain.ids import ArticleId, ScanId
from monitor.storage import scans
from monitor.storage.articles import keep_revision
from monitor.storage.tables import articles


def store(connection: Connection, article: Article, *, before: int, now: datetime) -> bool:
    """Store the text of an article's page. If `before` is an earlier revision, that one is kept.

    Returns False, and stores nothing, if the article has changed since it was loaded: the newer revision has its own scan.
    """
    row = connection.execute(select(articles).where(articles.c.id == article.id).with_for_update(key_share=True)).one()
    if row.revision != before:
        return False
    if article.revision != before:
        keep_revision(connection, row, now)
    connection.execute(
        update(articles)
        .where(articles.c.id == article.id)
        .values(
            text=article.text,
            asides=asides_to_json(article.asides),
            revision=article.revision,
            page=PageState.READ,
            page_due_at=None,
        )
    )
    return True


def postpone(connection: Connection, article_id: ArticleId, *, tries: int, due_at: datetime | None) -> None:
    """Store that the page could not be read, and when to try again; None: never."""
    state = PageState.UNREADABLE if due_at is None else PageState.UNREAD
    connection.execute(update(articles).where(articles.c.id == article_id).values(page=state, page_tries=tries, page_due_at=due_at))


def due(connection: Connection, now: datetime) -> bool:
    """Return whether any article's page is due for another try."""
    return bool(connection.execute(select(exists().where(articles.c.page_due_at <= now))).scalar())


def requeue(connection: Connection, now: datetime, *, limit: int = 100) -> tuple[ScanId, ...]:
    """Queue a scan of each article whose page is due for another try."""
    rows = connection.execute(
        select(articles.c.id, articles.c.revision)
        .where(articles.c.page_due_at <= now)
        .order_by(articles.c.page_due_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    connection.execute(update(articles).where(articles.c.id.in_([row.id for row in rows])).values(page_due_at=None))
    return tuple(scans.add(connection, [(row.id, row.revision) for row in rows], now).values())
