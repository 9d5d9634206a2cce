"""Articles: taken in once, however many origins carry them, and revised when their text changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from monitor.domain.article import Article, Entry, Origin, PageState
from monitor.domain.ids import ArticleId, ScanId
from monitor.storage import scans
from monitor.storage.ingest import Batch, EntryChange, IngestRequest, changed_entries, keep, past, shared_urls
from monitor.storage.locks import serialise
from monitor.storage.tables import alerts, articles, revisions
from monitor.storage.tables import scans as scan_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """What the entries of one origin came to. `scans` are the outbox rows to relay; `known` counts entries that brought nothing new."""

    new: tuple[ArticleId, ...] = ()
    revised: tuple[ArticleId, ...] = ()
    known: int = 0
    scans: tuple[ScanId, ...] = ()


def ingest(
    connection: Connection, origin: Origin, entries: Sequence[Entry], *, now: datetime, alertable: Callable[[Entry], bool]
) -> IngestResult:
    """Store what is new in the `entries` of one origin, as `ingest_all` does."""
    return ingest_all(connection, [IngestRequest(origin=origin, entries=entries, alertable=alertable)], now=now)[0]


def ingest_all(connection: Connection, arrivals: Sequence[IngestRequest], *, now: datetime) -> tuple[IngestResult, ...]:
    """Store what is new in `arrivals` and queue it for scanning, all in the caller's transaction; what each came to.

    An entry already seen in its origin is skipped, or revised if its text changed. One seen elsewhere, by canonical URL or by text,
    is recorded as another appearance of that article; if it says more than the stored copy, it becomes its next revision.
    """
    fresh = changed_entries(connection, arrivals)
    if not any(fresh):
        return tuple(IngestResult(known=len(arrival.entries)) for arrival in arrivals)
    if serialise(connection, "ingest"):
        fresh = changed_entries(connection, [_only(arrival, said) for arrival, said in zip(arrivals, fresh, strict=True)])
    batch = Batch(connection, [one for said in fresh for one in said], shared=shared_urls(arrivals), now=now)
    changed = [_taken(batch, said) for said in fresh]
    batch.write(connection)
    revisions = {article_id: row["revision"] for article_id, row in {**batch.new, **batch.revised}.items()}
    queued = scans.add(connection, list(revisions.items()), now)
    return tuple(
        IngestResult(
            new=new,
            revised=revised,
            known=len(arrival.entries) - len(new) - len(revised),
            scans=tuple(queued[article_id] for article_id in (*new, *revised) if article_id in queued),
        )
        for arrival, (new, revised) in zip(arrivals, changed, strict=True)
    )


def _only(arrival: IngestRequest, said: Sequence[EntryChange]) -> IngestRequest:
    return replace(arrival, entries=[one.entry for one in said])


def _taken(batch: Batch, said: Sequence[EntryChange]) -> tuple[tuple[ArticleId, ...], tuple[ArticleId, ...]]:
    """Which articles are new, and which of the others are revised, by what one origin said and no other before it."""
    before, revised_before = len(batch.new), len(batch.revised)
    for one in said:
        batch.take(one)
    revised = islice(batch.revised, revised_before, None)
    return tuple(islice(batch.new, before, None)), tuple(article_id for article_id in revised if article_id not in batch.new)


def load(connection: Connection, ids: Sequence[ArticleId]) -> tuple[Article, ...]:
    """The articles with these ids, in no particular order."""
    return tuple(map(article_from_row, connection.execute(_LOAD, {"ids": list(ids)})))


def article_from_row(row: Row[Any]) -> Article:
    """Return the article in a row of the table `articles`."""
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


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete articles fetched before `before` that no alert and no scan needs, at most `limit`; return how many."""
    alerted = select(alerts.c.id).where(alerts.c.article_id == articles.c.id).exists()
    unscanned = select(scan_rows.c.id).where(scan_rows.c.article_id == articles.c.id).exists()
    old = select(articles.c.id).where(articles.c.fetched_at < before, ~alerted, ~unscanned).limit(limit)
    return connection.execute(delete(articles).where(articles.c.id.in_(old))).rowcount


_LOAD = select(articles).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_EARLIER = select(revisions.c.title, revisions.c.text).where(
    revisions.c.article_id == bindparam("of_article"), revisions.c.revision == bindparam("number")
)
_MARK_SCANNED = (
    update(articles)
    .where(articles.c.id == bindparam("of_article"))
    .values(scanned_at=bindparam("scanned_at"), language=bindparam("language"))
)
