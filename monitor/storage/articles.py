"""Articles: taken in once, however many origins carry them, and revised when their text changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from monitor.domain import identity
from monitor.domain.article import Article, Entry, Origin, PageState
from monitor.domain.ids import ArticleId, ScanId
from monitor.storage import scans
from monitor.storage.dialect import insert
from monitor.storage.ids import new_id
from monitor.storage.locks import serialise
from monitor.storage.tables import appearances, article_keys, articles, revisions

MAX_REVISIONS = 20
TEXT_KEY_LIFE = timedelta(days=7)
"""A text that comes back under another URL after this long is a new article: a yearly notice, a reissued warning."""

_BATCH = 500


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
    fresh = _unseen(connection, origin, entries)
    if not fresh:
        return Ingested(known=len(entries))
    serialise(connection, "ingest")
    new: list[ArticleId] = []
    revised: list[ArticleId] = []
    shared = _shared_urls(entries)
    for entry, article_id in _unseen(connection, origin, [entry for entry, _ in fresh]):
        found = article_id or _same_elsewhere(connection, origin, entry, now, shared=shared)
        if found is None:
            new.append(_create(connection, origin, entry, now, alertable=alertable(entry)))
            found = new[-1]
        elif _revise(connection, found, entry, now, own=article_id is not None):
            revised.append(found)
        _remember(connection, origin, entry, found, now)
    queued = _revision_numbers(connection, [*new, *revised])
    return Ingested(
        new=tuple(new),
        revised=tuple(revised),
        known=len(entries) - len(new) - len(revised),
        scans=scans.add(connection, queued, now),
    )


def load(connection: Connection, ids: Sequence[ArticleId]) -> tuple[Article, ...]:
    """The articles with these ids, in no particular order."""
    return tuple(map(_article, connection.execute(select(articles).where(articles.c.id.in_(ids)))))


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
    row = connection.execute(
        select(revisions.c.title, revisions.c.text).where(
            revisions.c.article_id == article.id, revisions.c.revision == article.revision - 1
        )
    ).one_or_none()
    return None if row is None else (row.title, row.text)


def mark_scanned(connection: Connection, article_id: ArticleId, *, language: str | None, now: datetime) -> None:
    """Note that the article was scanned, and its language."""
    connection.execute(update(articles).where(articles.c.id == article_id).values(scanned_at=now, language=language))


def _unseen(connection: Connection, origin: Origin, entries: Sequence[Entry]) -> list[tuple[Entry, ArticleId | None]]:
    """Entries that are new to the origin (None) or whose text changed (their article); the last of equal keys counts."""
    by_digest = {identity.entry_digest(entry): entry for entry in entries}
    seen: dict[bytes, tuple[ArticleId, bytes]] = {}
    keys = list(by_digest)
    for start in range(0, len(keys), _BATCH):
        rows = connection.execute(
            select(appearances.c.entry_key, appearances.c.article_id, appearances.c.content_hash).where(
                appearances.c.origin_id == origin.id, appearances.c.entry_key.in_(keys[start : start + _BATCH])
            )
        )
        seen.update({bytes(row.entry_key): (row.article_id, bytes(row.content_hash)) for row in rows})
    return [
        (entry, seen[key][0] if key in seen else None)
        for key, entry in by_digest.items()
        if key not in seen or seen[key][1] != identity.content_digest(entry)
    ]


def _shared_urls(entries: Sequence[Entry]) -> frozenset[bytes]:
    """Canonical URLs that several entries carry, such as a live page's updates: they identify none of them."""
    one_each = {entry.key: entry for entry in entries}.values()
    counts = Counter(key for entry in one_each if (key := identity.url_key(entry)) is not None)
    return frozenset(key for key, count in counts.items() if count > 1)


def _same_elsewhere(
    connection: Connection, origin: Origin, entry: Entry, now: datetime, *, shared: frozenset[bytes]
) -> ArticleId | None:
    """The article that another origin has under the same URL, or any under the same title and text.

    Within one origin an entry with a key of its own is an article of its own, whatever page it links to.
    """
    by_url = identity.url_key(entry)
    by_text = identity.text_key(entry)
    if by_url is not None and by_url not in shared:
        here = select(appearances.c.article_id).where(
            appearances.c.origin_id == origin.id, appearances.c.article_id == article_keys.c.article_id
        )
        found: ArticleId | None = connection.execute(
            select(article_keys.c.article_id).where(article_keys.c.key == by_url, ~here.exists())
        ).scalar_one_or_none()
        if found is not None:
            return found
    if by_text is None:
        return None
    return connection.execute(
        select(article_keys.c.article_id)
        .join(articles, articles.c.id == article_keys.c.article_id)
        .where(article_keys.c.key == by_text, articles.c.fetched_at > now - TEXT_KEY_LIFE)
    ).scalar_one_or_none()


def _create(connection: Connection, origin: Origin, entry: Entry, now: datetime, *, alertable: bool) -> ArticleId:
    article_id = ArticleId(new_id())
    connection.execute(
        articles.insert().values(
            id=article_id,
            source=origin.name,
            feed_url=origin.url,
            fetched_at=now,
            revision=1,
            alertable=alertable,
            **_content(origin, entry),
        )
    )
    _add_keys(connection, article_id, entry)
    return article_id


def _content(origin: Origin, entry: Entry) -> dict[str, object]:
    return {
        "title": entry.title,
        "url": entry.url,
        "guid": entry.guid,
        "author": entry.author,
        "language": entry.language or origin.language,
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
        "summary": entry.summary,
        "text": entry.text,
        "image": entry.image,
        "tags": sorted({*origin.tags, *entry.tags}),
        "content_hash": identity.content_digest(entry),
    }


def _add_keys(connection: Connection, article_id: ArticleId, entry: Entry) -> None:
    for key in (identity.url_key(entry), identity.text_key(entry)):
        if key is not None:
            statement = insert(connection, article_keys).values(key=key, article_id=article_id)
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"article_id": article_id}))


def _revise(connection: Connection, article_id: ArticleId, entry: Entry, now: datetime, *, own: bool) -> bool:
    """Make `entry` the next revision. A copy from elsewhere (not `own`) must say more than what is stored."""
    row = connection.execute(select(articles).where(articles.c.id == article_id)).one()
    if bytes(row.content_hash) == identity.content_digest(entry) or not (own or len(entry.text) > len(row.text)):
        return False
    keep_revision(connection, row, now)
    connection.execute(
        update(articles)
        .where(articles.c.id == article_id)
        .values(
            revision=row.revision + 1,
            title=entry.title,
            summary=entry.summary,
            text=entry.text,
            updated_at=entry.updated_at or now,
            content_hash=identity.content_digest(entry),
            page=PageState.UNREAD,
            page_tries=0,
            page_due_at=None,
        )
    )
    _add_keys(connection, article_id, entry)
    return True


def keep_revision(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Put the article's present text by, as the revision it is."""
    connection.execute(
        revisions.insert().values(
            article_id=row.id,
            revision=row.revision,
            title=row.title,
            summary=row.summary,
            text=row.text,
            fetched_at=now,
        )
    )
    connection.execute(
        delete(revisions).where(revisions.c.article_id == row.id, revisions.c.revision <= row.revision - MAX_REVISIONS)
    )


def _remember(connection: Connection, origin: Origin, entry: Entry, article_id: ArticleId, now: datetime) -> None:
    content_hash = identity.content_digest(entry)
    statement = insert(connection, appearances).values(
        origin_id=origin.id,
        entry_key=identity.entry_digest(entry),
        article_id=article_id,
        content_hash=content_hash,
        source=origin.name,
        url=entry.url,
        published_at=entry.published_at,
        seen_at=now,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["origin_id", "entry_key"], set_={"content_hash": content_hash, "seen_at": now}
        )
    )


def _revision_numbers(connection: Connection, ids: Sequence[ArticleId]) -> list[tuple[ArticleId, int]]:
    rows = connection.execute(select(articles.c.id, articles.c.revision).where(articles.c.id.in_(ids)))
    return [(row.id, row.revision) for row in rows]
