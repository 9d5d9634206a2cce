"""Articles: taken in once, however many origins carry them, and revised when their text changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from monitor.domain.article import Article, Entry, Origin, PageState
from monitor.domain.ids import ArticleId, ScanId
from monitor.storage import scans
from monitor.storage.ingesting import Batch, keep, past, shared_urls, unseen
from monitor.storage.locks import serialise
from monitor.storage.tables import articles, revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What a batch of entries came to. `scans` are the outbox rows to relay; `known` counts entries that brought nothing new."""

    new: tuple[ArticleId, ...] = ()
    revised: tuple[ArticleId, ...] = ()
    known: int = 0
    scans: tuple[ScanId, ...] = ()


def ingest(
    connection: Connection, origin: Origin, entries: Sequence[Entry], *, now: datetime, alertable: Callable[[Entry], bool]
) -> Ingested:
    """Store what is new in `entries` and queue it for scanning, all in the caller's transaction.

    An entry already seen in this origin is skipped, or revised if its text changed. One seen elsewhere, by canonical URL or by text,
    is recorded as another appearance of that article; if it says more than the stored copy, it becomes its next revision.
    """
    fresh = unseen(connection, origin, entries)
    if not fresh:
        return Ingested(known=len(entries))
    if serialise(connection, "ingest"):
        fresh = unseen(connection, origin, [one.entry for one in fresh])
    batch = Batch(connection, origin, fresh, shared=shared_urls(entries), now=now)
    for said in fresh:
        batch.take(said, alertable=alertable(said.entry))
    batch.write(connection)
    revised = tuple(article_id for article_id in batch.revised if article_id not in batch.new)
    changed = [(article_id, row["revision"]) for article_id, row in {**batch.new, **batch.revised}.items()]
    return Ingested(
        new=tuple(batch.new),
        revised=revised,
        known=len(entries) - len(batch.new) - len(revised),
        scans=scans.add(connection, changed, now),
    )


def load(connection: Connection, ids: Sequence[ArticleId]) -> tuple[Article, ...]:
    """The articles with these ids, in no particular order."""
    return tuple(map(_article, connection.execute(_LOAD, {"ids": list(ids)})))


def _article(row: Row[tuple[object, ...]]) -> Article:
    """A row of `articles` as an Article."""
    values = row._mapping  # noqa: SLF001 - the documented way to read a row by name
    return Article(
        **{
            name: values[name]
            for name in (
                *("id", "title", "url", "guid", "source", "feed_url", "author", "language", "published_at", "updated_at"),
                *("fetched_at", "summary", "text", "revision", "story_id", "alertable", "scanned_at", "page_tries"),
            )
        },
        tags=tuple(values["tags"]),
        page=PageState(values["page"]),
    )


def earlier(connection: Connection, article: Article) -> tuple[str, str] | None:
    """Title and text of the revision before the article's own; None for a first revision."""
    if article.revision == 1:
        return None
    row = connection.execute(_EARLIER, {"of_article": article.id, "number": article.revision - 1}).one_or_none()
    return None if row is None else (row.title, row.text)


def mark_scanned(connection: Connection, article_id: ArticleId, *, language: str | None, now: datetime) -> None:
    """Note that the article was scanned, and its language."""
    connection.execute(_MARK_SCANNED, {"of_article": article_id, "scanned_at": now, "language": language})


def keep_revision(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Put the article's present text by, as the revision it is."""
    keep(connection, [past(row._mapping, now)])  # noqa: SLF001 - the documented way to read a row by name


_LOAD = select(articles).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_EARLIER = select(revisions.c.title, revisions.c.text).where(
    revisions.c.article_id == bindparam("of_article"), revisions.c.revision == bindparam("number")
)
_MARK_SCANNED = (
    update(articles)
    .where(articles.c.id == bindparam("of_article"))
    .values(scanned_at=bindparam("scanned_at"), language=bindparam("language"))
)
