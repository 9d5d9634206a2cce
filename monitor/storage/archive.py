"""Reading stored articles: the records that `articles`, the API and backtests show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

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


def count(connection: Connection) -> int:
    """How many articles are stored."""
    return connection.execute(select(func.count()).select_from(articles)).scalar_one()


def _record(row: Row[tuple[object, ...]]) -> dict[str, Any]:
    values = row._mapping  # noqa: SLF001 - the documented way to read a row by name
    return {
        **{name: values[name] for name in ("id", "title", "url", "guid", "source", "feed_url", "author", "language")},
        **{name: rfc3339(values[name]) for name in ("published_at", "updated_at", "fetched_at")},
        **{name: values[name] for name in ("summary", "text", "revision", "story_id", "tags")},
    }
