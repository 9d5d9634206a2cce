"""Which article an entry has become."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ArticleId
from monitor.storage.tables import appearances


def article_of(connection: Connection, origin: Origin, entry: Entry) -> ArticleId | None:
    """The article of an entry in its origin; None if it was never taken in."""
    found: ArticleId | None = connection.execute(
        select(appearances.c.article_id).where(appearances.c.origin_id == origin.id, appearances.c.entry_key == entry.identity)
    ).scalar_one_or_none()
    return found
