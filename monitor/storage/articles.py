"""Store what each origin publishes as articles of its own, and revise them when their text changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from monitor.domain.article import Article, Entry, Origin, PageState
from monitor.domain.aside import Aside, asides_from_json
from monitor.domain.ids import ArticleId, ScanId
from monitor.domain.urls import canonical_url
from monitor.storage import scans, tombstones, version_keys
from monitor.storage.chunks import parts
from monitor.storage.ingest import Batch, EntryChange, IngestRequest, changed_entries, keep_revisions, revision_of
from monitor.storage.locks import serialise
from monitor.storage.statement_removal import remove_of_articles
from monitor.storage.tables import alerts, appearances, articles, revisions
from monitor.storage.tables import scans as scan_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """What storing the entries of one origin has changed. `scans` are the outbox rows to relay; `known` counts entries without news, `rekeyed` those under a new identifier."""

    new: tuple[ArticleId, ...] = ()
    revised: tuple[ArticleId, ...] = ()
    known: int = 0
    rekeyed: int = 0
    scans: tuple[ScanId, ...] = ()


def ingest(
    connection: Connection, origin: Origin, entries: Sequence[Entry], *, now: datetime, alertable: Callable[[Entry], bool]
) -> IngestResult:
    """Store what is new in the `entries` of one origin, as `ingest_all` does."""
    return ingest_all(connection, [IngestRequest(origin=origin, entries=entries, alertable=alertable)], now=now)[0]


def ingest_all(connection: Connection, requests: Sequence[IngestRequest], *, now: datetime) -> tuple[IngestResult, ...]:
    """Store what is new in `requests` and queue it for scanning, in the caller's transaction. Return what each has changed.

    An entry already seen in its origin is skipped, or revised if its text changed. What other origins carry, under whatever URL, has no
    influence: every origin speaks for itself.
    """
    changes = changed_entries(connection, requests, now)
    if not any(changes):
        return tuple(IngestResult(known=len(request.entries)) for request in requests)
    if serialise(connection, "ingest"):
        some_requests = [_only(request, some) for request, some in zip(requests, changes, strict=True)]
        changes = changed_entries(connection, some_requests, now)
    batch = Batch(connection, [change for some in changes for change in some], now=now)
    changed = [_add(batch, some) for some in changes]
    batch.write(connection)
    revisions = {article_id: row["revision"] for article_id, row in {**batch.new, **batch.revised}.items()}
    queued = scans.add(connection, list(revisions.items()), now)
    return tuple(
        IngestResult(
            new=new,
            revised=revised,
            known=len(request.entries) - len(new) - len(revised),
            rekeyed=sum(change.replaces is not None for change in some),
            scans=tuple(queued[article_id] for article_id in (*new, *revised) if article_id in queued),
        )
        for request, some, (new, revised) in zip(requests, changes, changed, strict=True)
    )


def _only(request: IngestRequest, changes: Sequence[EntryChange]) -> IngestRequest:
    return replace(request, entries=[change.entry for change in changes])


def _add(batch: Batch, changes: Sequence[EntryChange]) -> tuple[tuple[ArticleId, ...], tuple[ArticleId, ...]]:
    """Add the changes of one origin. Return the articles that are new with it, and those of the others that are revised with it."""
    before, revised_before = len(batch.new), len(batch.revised)
    for change in changes:
        batch.add(change)
    revised = islice(batch.revised, revised_before, None)
    return tuple(islice(batch.new, before, None)), tuple(article_id for article_id in revised if article_id not in batch.new)


def find_by_entry(connection: Connection, origin: Origin, entry: Entry) -> ArticleId | None:
    """Return the id of the article that an entry of this origin has become; None if it was never stored."""
    query = select(appearances.c.article_id).where(appearances.c.origin_id == origin.id, appearances.c.entry_key == entry.identity)
    found: ArticleId | None = connection.execute(query).scalar_one_or_none()
    if found is None and entry.versions:
        return version_keys.find(connection, [(origin.id, entry)]).get((origin.id, entry.identity))
    return found


def count_by_origin(connection: Connection, origin_ids: Sequence[str]) -> dict[str, int]:
    """Return how many entries each of these origins has carried; origins without any are left out."""
    found: dict[str, int] = {}
    for some in parts(origin_ids):
        found |= {row.origin_id: row.carried for row in connection.execute(_COUNT_BY_ORIGIN, {"origins": some})}
    return found


def load(connection: Connection, ids: Sequence[ArticleId]) -> tuple[Article, ...]:
    """Return the articles with these ids, in no particular order."""
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
        asides=asides_from_json(values["asides"]),
    )


def earlier(connection: Connection, article: Article) -> tuple[str, str, tuple[Aside, ...]] | None:
    """Return title, text and asides of the revision before the article's own; None for a first revision."""
    if article.revision == 1:
        return None
    row = connection.execute(_EARLIER, {"of_article": article.id, "number": article.revision - 1}).one_or_none()
    return None if row is None else (row.title, row.text, asides_from_json(row.asides))


def same_elsewhere(connection: Connection, article: Article, ids: Collection[ArticleId]) -> frozenset[ArticleId]:
    """Return those of `ids` that are articles with the link, the title and the text of `article`."""
    if article.url is None or not ids:
        return frozenset()
    link, wording = canonical_url(article.url), {"same_title": article.title, "same_text": article.text}
    rows = [row for some in parts(sorted(ids)) for row in connection.execute(_SAME_WORDS, {"ids": some, **wording})]
    return frozenset(ArticleId(row.id) for row in rows if canonical_url(row.url) == link)


def lock(connection: Connection, ids: Sequence[ArticleId]) -> None:
    """Lock articles before changing them, in the order of their ids as everybody does; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        query = select(articles.c.id).order_by(articles.c.id).with_for_update(key_share=True)
        for part in parts(sorted(ids)):
            connection.execute(query.where(articles.c.id.in_(part)))


def mark_scanned(connection: Connection, scanned: Sequence[Article], now: datetime) -> None:
    """Store that articles were scanned, and their languages."""
    rows = [{"of_article": article.id, "scanned_at": now, "language": article.language} for article in scanned]
    if rows:
        connection.execute(_MARK_SCANNED, rows)


def keep_revision(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Store the article's present text as a revision."""
    keep_revisions(connection, [revision_of(row._mapping, now)])  # noqa: SLF001 - the documented way to read a row by name


def prune(connection: Connection, before: datetime, limit: int, *, now: datetime) -> int:
    """Delete articles fetched before `before` that no alert and no scan needs, at most `limit`; return how many. Tombstones are left of them."""
    alerted = select(alerts.c.id).where(alerts.c.article_id == articles.c.id).exists()
    unscanned = select(scan_rows.c.id).where(scan_rows.c.article_id == articles.c.id).exists()
    old = select(articles.c.id).where(articles.c.fetched_at < before, ~alerted, ~unscanned).limit(limit)
    ids = [ArticleId(one) for one in connection.execute(old).scalars()]
    remove_of_articles(connection, ids)
    tombstones.bury(connection, ids, now)
    return connection.execute(delete(articles).where(articles.c.id.in_(ids))).rowcount


_COUNT_BY_ORIGIN = (
    select(appearances.c.origin_id, func.count().label("carried"))
    .where(appearances.c.origin_id.in_(bindparam("origins", expanding=True)))
    .group_by(appearances.c.origin_id)
)
_LOAD = select(articles).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_EARLIER = select(revisions.c.title, revisions.c.text, revisions.c.asides).where(
    revisions.c.article_id == bindparam("of_article"), revisions.c.revision == bindparam("number")
)
_SAME_WORDS = select(articles.c.id, articles.c.url).where(
    articles.c.id.in_(bindparam("ids", expanding=True)),
    articles.c.url.is_not(None),
    articles.c.title == bindparam("same_title"),
    articles.c.text == bindparam("same_text"),
)
_MARK_SCANNED = (
    update(articles)
    .where(articles.c.id == bindparam("of_article"))
    .values(scanned_at=bindparam("scanned_at"), language=bindparam("language"))
)
