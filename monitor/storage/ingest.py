"""A batch of entries on its way to becoming articles: looked up at once, decided one by one in memory, written at once.

A batch may come from many origins: every statement is made once and run with many rows, since making one costs more than running it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import cycle, islice
from typing import Any

from sqlalchemy import Connection, Executable, and_, bindparam, delete, or_, select, update

from monitor.domain import article_identity
from monitor.domain.article import Entry, Origin, PageState
from monitor.domain.ids import ArticleId
from monitor.storage.chunks import parts
from monitor.storage.dialect import upsert
from monitor.storage.ids import new_id
from monitor.storage.tables import appearances, article_keys, articles, revisions

MAX_REVISIONS = 20
TEXT_KEY_LIFE = timedelta(days=7)
"""A text that comes back under another URL after this long is a new article: a yearly notice, a reissued warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRequest:
    """Entries that came from one origin, and which of them may raise alerts."""

    origin: Origin
    entries: Sequence[Entry]
    alertable: Callable[[Entry], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityKeys:
    """By what an entry is recognised in other origins."""

    url: bytes | None
    text: bytes | None

    @classmethod
    def of(cls, entry: Entry) -> IdentityKeys:
        """The marks of `entry`."""
        return cls(url=article_identity.url_key(entry), text=article_identity.text_key(entry))

    def known(self) -> tuple[bytes, ...]:
        """Those that it has."""
        return tuple(key for key in (self.url, self.text) if key is not None)


@dataclass(frozen=True, kw_only=True)
class EntryChange:
    """An entry that is new to its origin (`own` is None), or the new wording of its article `own`."""

    origin: Origin
    entry: Entry
    alertable: bool
    own: ArticleId | None

    @cached_property
    def identity_keys(self) -> IdentityKeys:
        """By what the entry is recognised."""
        return IdentityKeys.of(self.entry)


def changed_entries(connection: Connection, arrivals: Sequence[IngestRequest]) -> list[list[EntryChange]]:
    """Of each arrival the entries that are new to its origin or whose text changed; the last of equal keys counts."""
    entries = [{entry.identity: entry for entry in arrival.entries} for arrival in arrivals]
    seen = _seen(connection, [(one.origin.id, key) for one, by_key in zip(arrivals, entries, strict=True) for key in by_key])
    said: list[list[EntryChange]] = []
    for arrival, by_key in zip(arrivals, entries, strict=True):
        said.append([])
        for key, entry in by_key.items():
            own, before = seen.get((arrival.origin.id, key), (None, None))
            if entry.content_hash != before:
                said[-1].append(EntryChange(origin=arrival.origin, entry=entry, alertable=arrival.alertable(entry), own=own))
    return said


def _seen(connection: Connection, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], tuple[ArticleId, bytes]]:
    """By origin and entry key the article and the wording that are known of it."""
    found: dict[tuple[str, bytes], tuple[ArticleId, bytes]] = {}
    for start in range(0, len(wanted), _PAIRS):
        pairs = islice(cycle(wanted[start : start + _PAIRS]), _PAIRS)
        values = {name: value for n, pair in enumerate(pairs) for name, value in zip((f"origin{n}", f"key{n}"), pair, strict=True)}
        for row in connection.execute(_SEEN, values):
            found[row.origin_id, bytes(row.entry_key)] = row.article_id, bytes(row.content_hash)
    return found


def shared_urls(arrivals: Iterable[IngestRequest]) -> frozenset[tuple[str, bytes]]:
    """Canonical URLs, each with its origin, that several entries there carry, such as a live page's updates: they identify none of them."""
    shared: set[tuple[str, bytes]] = set()
    for arrival in arrivals:
        one_each = {entry.key: entry for entry in arrival.entries}.values()
        counts = Counter(key for entry in one_each if (key := article_identity.url_key(entry)) is not None)
        shared |= {(arrival.origin.id, key) for key, count in counts.items() if count > 1}
    return frozenset(shared)


class Batch:
    """The articles that entries touch, as they will stand once the batch is written.

    `new` and `revised` hold the rows of `articles`, by id, in the order they were made; one article may be in both.
    """

    def __init__(
        self, connection: Connection, said: Sequence[EntryChange], *, shared: frozenset[tuple[str, bytes]], now: datetime
    ) -> None:
        """`shared` are origins and the canonical URLs that identify no entry there."""
        self._shared = shared
        self._now = now
        identity_keys = {key for one in said for key in one.identity_keys.known()}
        self._by_mark: dict[bytes, ArticleId] = {
            bytes(row.key): row.article_id for row in _rows(connection, _MARKED, "marks", sorted(identity_keys))
        }
        touched = sorted({*self._by_mark.values(), *(one.own for one in said if one.own is not None)})
        self._articles = {row.id: dict(row._mapping) for row in _rows(connection, _TOUCHED, "ids", touched)}  # noqa: SLF001 - the documented way to read a row by name
        self._carried = {(row.origin_id, row.article_id) for row in _rows(connection, _CARRIED, "ids", touched)}
        self._new_marks: dict[bytes, ArticleId] = {}
        self._past: list[dict[str, Any]] = []
        self._appearances: list[dict[str, Any]] = []
        self.new: dict[ArticleId, dict[str, Any]] = {}
        self.revised: dict[ArticleId, dict[str, Any]] = {}

    def take(self, said: EntryChange) -> None:
        """Make `said` a new article, the next revision of one, or another appearance of one."""
        found = said.own or self._same_elsewhere(said)
        if found is None:
            found = self._create(said)
        else:
            self._revise(found, said)
        self._remember(said, found)

    def _same_elsewhere(self, said: EntryChange) -> ArticleId | None:
        """The article that another origin has under the same URL, or any under the same title and text.

        Within one origin an entry with a key of its own is an article of its own, whatever page it links to.
        """
        identity_keys = said.identity_keys
        if identity_keys.url is not None and (said.origin.id, identity_keys.url) not in self._shared:
            found = self._by_mark.get(identity_keys.url)
            if found is not None and (said.origin.id, found) not in self._carried:
                return found
        found = self._by_mark.get(identity_keys.text) if identity_keys.text is not None else None
        return found if found is not None and self._articles[found]["fetched_at"] > self._now - TEXT_KEY_LIFE else None

    def _create(self, said: EntryChange) -> ArticleId:
        entry, origin = said.entry, said.origin
        article_id = ArticleId(new_id())
        self.new[article_id] = self._articles[article_id] = {
            "id": article_id,
            "source": origin.name,
            "feed_url": origin.url,
            "fetched_at": self._now,
            "revision": 1,
            "alertable": said.alertable,
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
            "content_hash": entry.content_hash,
        }
        self._mark(said, article_id)
        return article_id

    def _revise(self, article_id: ArticleId, said: EntryChange) -> None:
        """Make `said` the next revision. A copy from elsewhere must say more than what is stored."""
        entry, article = said.entry, self._articles[article_id]
        if bytes(article["content_hash"]) == entry.content_hash or not (said.own or len(entry.text) > len(article["text"])):
            return
        self._past.append(past(article, self._now))
        article |= {
            "revision": article["revision"] + 1,
            "title": entry.title,
            "summary": entry.summary,
            "text": entry.text,
            "updated_at": entry.updated_at or self._now,
            "content_hash": entry.content_hash,
        }
        self.revised[article_id] = article
        self._mark(said, article_id)

    def _mark(self, said: EntryChange, article_id: ArticleId) -> None:
        known = dict.fromkeys(said.identity_keys.known(), article_id)
        self._by_mark |= known
        self._new_marks |= known

    def _remember(self, said: EntryChange, article_id: ArticleId) -> None:
        entry, origin = said.entry, said.origin
        self._carried.add((origin.id, article_id))
        self._appearances.append(
            {
                "origin_id": origin.id,
                "entry_key": entry.identity,
                "article_id": article_id,
                "content_hash": entry.content_hash,
                "source": origin.name,
                "url": entry.url,
                "published_at": entry.published_at,
                "seen_at": self._now,
            }
        )

    def write(self, connection: Connection) -> None:
        """Store all of it."""
        revised = [row for article_id, row in self.revised.items() if article_id not in self.new]
        identity_keys = [{"key": key, "article_id": article_id} for key, article_id in sorted(self._new_marks.items())]
        _run(connection, _CREATE, list(self.new.values()))
        _run(connection, _REVISE, [{f"new_{name}": row[name] for name in ("id", *_REVISED)} for row in revised])
        keep(connection, self._past)
        _run(connection, upsert(connection, article_keys, changed=("article_id",)), identity_keys)
        _run(connection, upsert(connection, appearances, changed=("content_hash", "seen_at")), self._appearances)


def past(article: Any, now: datetime) -> dict[str, Any]:
    """The present text of an article (its columns by name) as the revision it is."""
    values = {name: article[name] for name in ("revision", "title", "summary", "text")}
    return {"article_id": article["id"], "fetched_at": now, **values}


def keep(connection: Connection, texts: Sequence[dict[str, Any]]) -> None:
    """Put past texts by; of each article the newest 20 are kept."""
    _run(connection, _KEEP, texts)
    old = [{"of_article": one["article_id"], "last": one["revision"] - MAX_REVISIONS} for one in texts]
    _run(connection, _FORGET, [one for one in old if one["last"] > 0])


def _run(connection: Connection, statement: Executable, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _rows(connection: Connection, query: Executable, name: str, values: Sequence[Any]) -> list[Any]:
    """The rows of a query that has one parameter, for a list."""
    return [row for some in parts(values) for row in connection.execute(query, {name: some})]


_REVISED = ("revision", "title", "summary", "text", "updated_at", "content_hash")
_PAIRS = 32
"""Entries looked up by one statement. Spelt out, not as one list of pairs: for that SQLite reads the whole index."""
_SEEN = select(appearances.c.origin_id, appearances.c.entry_key, appearances.c.article_id, appearances.c.content_hash).where(
    or_(
        *(
            and_(appearances.c.origin_id == bindparam(f"origin{n}"), appearances.c.entry_key == bindparam(f"key{n}"))
            for n in range(_PAIRS)
        )
    )
)
_MARKED = select(article_keys.c.key, article_keys.c.article_id).where(article_keys.c.key.in_(bindparam("marks", expanding=True)))
_TOUCHED = select(
    *(articles.c[name] for name in ("id", "fetched_at", "revision", "title", "summary", "text", "updated_at", "content_hash"))
).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_CARRIED = (
    select(appearances.c.origin_id, appearances.c.article_id)
    .where(appearances.c.article_id.in_(bindparam("ids", expanding=True)))
    .distinct()
)
_CREATE = articles.insert()
_REVISE = (
    update(articles)
    .where(articles.c.id == bindparam("new_id"))
    .values({name: bindparam(f"new_{name}") for name in _REVISED})
    .values(page=PageState.UNREAD, page_tries=0, page_due_at=None)
)
_KEEP = revisions.insert()
_FORGET = delete(revisions).where(revisions.c.article_id == bindparam("of_article"), revisions.c.revision <= bindparam("last"))
