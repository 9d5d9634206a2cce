"""Turn a batch of entries into articles: look all of them up, decide one by one in memory, write all of them.

A batch may come from many origins. Every statement is built once and run with many rows, since building one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, delete, select, update

from monitor.domain.article import Entry, Origin, PageState
from monitor.domain.aside import asides_to_json
from monitor.domain.entry_marks import NO_MARKS, marks_of
from monitor.domain.ids import ArticleId, derived_id
from monitor.storage import tombstones, version_keys
from monitor.storage.chunks import parts
from monitor.storage.dialect import upsert
from monitor.storage.ids import first_free
from monitor.storage.known_entries import known_entries
from monitor.storage.rekeyed_entries import FoundEntry, Place, UnknownEntry, find_rekeyed
from monitor.storage.tables import appearances, articles, revisions

MAX_REVISIONS = 20
_APART = timedelta(microseconds=1)
"""How far apart in time the articles of a batch are, so that their order is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRequest:
    """Entries of one origin, and which of them may raise alerts.

    `document` holds the fingerprints of all entries of a feed's document. `first`: the origin has brought nothing before.
    """

    origin: Origin
    entries: Sequence[Entry]
    alertable: Callable[[Entry], bool]
    document: bytes = b""
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """An entry that is new to its origin (`own` is None), or a new text of its article `own`, or a new key: then it `replaces` the stored one."""

    origin: Origin
    entry: Entry
    alertable: bool
    own: ArticleId | None
    replaces: FoundEntry | None = None


def changed_entries(connection: Connection, requests: Sequence[IngestRequest], now: datetime) -> list[list[EntryChange]]:
    """Return of each request the entries that are new to its origin or whose text or key has changed; the last of equal keys counts.

    What retention has deleted is no change while it says what it said.
    """
    entries, known = known_entries(connection, [(request.origin, request.entries) for request in requests])
    unknown = [
        UnknownEntry(request.origin.id, entry, request.document, len(some))
        for request, some in zip(requests, entries, strict=True)
        if request.origin.url and not request.first
        for entry in some
        if (request.origin.id, entry.identity) not in known
    ]
    found = find_rekeyed(connection, unknown, now) if unknown else {}
    _keep_deleted(connection, found, now)
    changes: list[list[EntryChange]] = []
    for request, some in zip(requests, entries, strict=True):
        changes.append([])
        for entry in some:
            place = request.origin.id, entry.identity
            own, before = known.get(place, (None, None))
            stored, alertable = found.get(place), request.alertable(entry)
            if entry.content_hash == before or (stored is not None and _is_retired(entry, stored, alertable=alertable)):
                continue
            own, replaces = (own, None) if stored is None or stored.article is None else (stored.article, stored)
            changes[-1].append(EntryChange(origin=request.origin, entry=entry, alertable=alertable, own=own, replaces=replaces))
    return changes


def _is_retired(entry: Entry, stored: FoundEntry, *, alertable: bool) -> bool:
    """Return whether an entry is one whose article retention has deleted, and not worth another: it says the same, or is no news."""
    if stored.article is not None:
        return False
    renamed = stored.stored.marks.title != marks_of(stored.origin, entry).title
    return stored.says_the_same(entry) or (not renamed and (entry.published_at is None or not alertable))


def _keep_deleted(connection: Connection, found: Mapping[Place, FoundEntry], now: datetime) -> None:
    """Store that feeds still show what retention has deleted, and under which key."""
    deleted = {place: one for place, one in found.items() if one.article is None}
    keys = [(origin, one.key, identity[: tombstones.KEY]) for (origin, identity), one in deleted.items()]
    tombstones.touch(connection, [(one.origin, one.key, one.stored.seen_at) for one in deleted.values()], now)
    tombstones.move(connection, [key for key in keys if key[1] != key[2]])


class Batch:
    """The articles that a batch of entries concerns, as they will be once the batch is written.

    Whoever changes several rows locks them in the order of their ids, so that no two transactions wait for each other in a circle; an article is
    locked before its next revision is chosen.

    `new` and `revised` hold the rows of `articles`, by id, in the order of their creation; one article may be in both.
    """

    def __init__(self, connection: Connection, changes: Sequence[EntryChange], *, now: datetime) -> None:
        self._now = now
        ids = sorted({one.own for one in changes if one.own is not None})
        self._articles = {row.id: dict(row._mapping) for row in _rows(connection, _BY_ID, "ids", ids)}  # noqa: SLF001 - the documented way to read a row by name
        self._added: dict[tuple[str, bytes], ArticleId] = {}
        self._taken = _taken_ids(connection, [one for one in changes if one.own is None])
        self._revisions: list[dict[str, Any]] = []
        self._appearances: list[dict[str, Any]] = []
        self._replaced: list[dict[str, Any]] = []
        self._moved: list[dict[str, Any]] = []
        self._versions: dict[ArticleId, tuple[str, Entry]] = {}
        self.new: dict[ArticleId, dict[str, Any]] = {}
        self.revised: dict[ArticleId, dict[str, Any]] = {}

    def add(self, change: EntryChange) -> None:
        """Make `change` a new article, or the next revision of its own."""
        place = change.origin.id, change.entry.identity
        own = change.own or self._added.get(place)
        if own is None:
            own = self._added[place] = self._create(change)
        else:
            self._revise(own, change)
        if change.replaces is not None:
            self._move(own, change, change.replaces)
        self._add_appearance(change, own)

    def _create(self, change: EntryChange) -> ArticleId:
        entry, origin = change.entry, change.origin
        article_id = ArticleId(first_free(self._taken, "article", origin.id, entry.identity.hex()))
        self._taken.add(article_id)
        self.new[article_id] = self._articles[article_id] = {
            "id": article_id,
            "source": entry.source or origin.name,
            "feed_url": origin.url,
            "fetched_at": self._now + len(self.new) * _APART,
            "revision": 1,
            "alertable": change.alertable,
            "title": entry.title,
            "url": entry.url,
            "guid": entry.guid,
            "author": entry.author,
            "language": entry.language or origin.language,
            "published_at": entry.published_at,
            "updated_at": entry.updated_at,
            "summary": entry.summary,
            "text": entry.text,
            "asides": asides_to_json(entry.asides),
            "image": entry.image,
            "tags": sorted({*origin.tags, *entry.tags}),
            "content_hash": entry.content_hash,
        }
        return article_id

    def _revise(self, article_id: ArticleId, change: EntryChange) -> None:
        entry, article = change.entry, self._articles[article_id]
        if bytes(article["content_hash"]) == entry.content_hash:
            return
        if (article["title"], article["text"]) == (entry.title, entry.text):
            return  # Only the hash differs: it was stored before asides were known.
        self._revisions.append(revision_of(article, self._now))
        article |= {
            "revision": article["revision"] + 1,
            "title": entry.title,
            "summary": entry.summary,
            "text": entry.text,
            "asides": asides_to_json(entry.asides),
            "updated_at": entry.updated_at or self._now,
            "tags": sorted({*change.origin.tags, *entry.tags}),
            "content_hash": entry.content_hash,
        }
        self.revised[article_id] = article

    def _move(self, article_id: ArticleId, change: EntryChange, stored: FoundEntry) -> None:
        """Let the article be known by its new key and address alone: one whose key changes in every answer is kept once."""
        self._replaced.append({"of_origin": change.origin.id, "of_key": stored.key})
        self._moved.append({"of_article": article_id, "new_url": change.entry.url, "new_guid": change.entry.guid})

    def _add_appearance(self, change: EntryChange, article_id: ArticleId) -> None:
        entry, origin, before = change.entry, change.origin, change.replaces
        if entry.versions:
            self._versions[article_id] = origin.id, entry
        marks = marks_of(origin.id, entry) if origin.url else NO_MARKS
        self._appearances.append(
            {
                "origin_id": origin.id,
                "entry_key": entry.identity,
                "article_id": article_id,
                "content_hash": entry.content_hash,
                "source": entry.source or origin.name,
                "url": entry.url,
                "published_at": entry.published_at if before is None else before.stored.published_at,
                "seen_at": self._now if before is None else before.stored.seen_at,
                "own": True,
                "page_mark": marks.page,
                "title_mark": marks.title,
            }
        )

    def write(self, connection: Connection) -> None:
        """Write the batch."""
        revised = [row for article_id, row in sorted(self.revised.items()) if article_id not in self.new]
        _run(connection, _REPLACE, self._replaced)
        _run(connection, _MOVE, self._moved)
        _run(connection, _CREATE, list(self.new.values()))
        _run(connection, _REVISE, [{f"new_{name}": row[name] for name in ("id", *_REVISED)} for row in revised])
        keep_revisions(connection, self._revisions)
        seen = sorted(self._appearances, key=lambda row: (row["origin_id"], row["entry_key"]))
        _run(connection, upsert(connection, appearances, changed=_APPEARANCE_CHANGED), seen)
        version_keys.add(connection, self._versions)


def _taken_ids(connection: Connection, new: Sequence[EntryChange]) -> set[str]:
    """Return those of the ids that new entries would have that articles have already: a source may carry again what it has lost since."""
    wanted = [derived_id("article", one.origin.id, one.entry.identity.hex()) for one in new]
    return {row.id for row in _rows(connection, _IDS, "ids", wanted)}


def revision_of(article: Any, now: datetime) -> dict[str, Any]:
    """Return the present text of an article (its columns by name) as a row of `revisions`."""
    values = {name: article[name] for name in ("revision", "title", "summary", "text", "asides")}
    return {"article_id": article["id"], "fetched_at": now, **values}


def keep_revisions(connection: Connection, texts: Sequence[dict[str, Any]]) -> None:
    """Store revisions; of each article the newest 20 are kept."""
    _run(connection, _KEEP, texts)
    old = [{"of_article": one["article_id"], "last": one["revision"] - MAX_REVISIONS} for one in texts]
    _run(connection, _FORGET, [one for one in old if one["last"] > 0])


def _run(connection: Connection, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _rows(connection: Connection, query: Executable, name: str, values: Sequence[Any]) -> list[Any]:
    """Return the rows of a query that has one parameter, for a list."""
    return [row for some in parts(values) for row in connection.execute(query, {name: some})]


_REVISED = ("revision", "title", "summary", "text", "asides", "updated_at", "tags", "content_hash")
_APPEARANCE_CHANGED = ("article_id", "content_hash", "seen_at", "own", "page_mark", "title_mark")
_BY_ID = (
    select(
        *(
            articles.c[name]
            for name in ("id", "fetched_at", "revision", "title", "summary", "text", "asides", "updated_at", "tags", "content_hash")
        )
    )
    .where(articles.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(articles.c.id)
    .with_for_update(key_share=True)
)
_IDS = select(articles.c.id).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_CREATE = articles.insert()
_REVISE = (
    update(articles)
    .where(articles.c.id == bindparam("new_id"))
    .values({name: bindparam(f"new_{name}") for name in _REVISED})
    .values(page=PageState.UNREAD, page_tries=0, page_due_at=None)
)
_REPLACE = delete(appearances).where(
    appearances.c.origin_id == bindparam("of_origin"), appearances.c.entry_key == bindparam("of_key")
)
_MOVE = (
    update(articles).where(articles.c.id == bindparam("of_article")).values(url=bindparam("new_url"), guid=bindparam("new_guid"))
)
_KEEP = revisions.insert()
_FORGET = delete(revisions).where(revisions.c.article_id == bindparam("of_article"), revisions.c.revision <= bindparam("last"))
