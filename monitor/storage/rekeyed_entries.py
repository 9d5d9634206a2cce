"""Find entries of feeds that are stored under another identifier, or were until retention deleted their articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, or_, select

from monitor.domain.article import Entry
from monitor.domain.entry_marks import EntryMarks, StoredEntry, has_moved, is_rekeyed, marks_of
from monitor.domain.fingerprint import MOST, SIZE, unpack_fingerprints
from monitor.domain.ids import ArticleId
from monitor.storage.chunks import parts
from monitor.storage.tables import appearances, tombstones
from monitor.storage.tombstones import KEY


@dataclass(frozen=True, slots=True)
class UnknownEntry:
    """An entry of a feed whose key is not stored. `document` holds the fingerprints of all entries of its document, `size` how many were to be stored."""

    origin: str
    entry: Entry
    document: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntry:
    """What is stored of an entry under the key `key`; `article` is None for what retention has deleted."""

    origin: str
    key: bytes
    article: ArticleId | None
    stored: StoredEntry

    def says_the_same(self, entry: Entry) -> bool:
        """Return whether title and text are unchanged."""
        return entry.content_hash[:SIZE] == self.stored.words


Place = tuple[str, bytes]


def find_rekeyed(connection: Connection, unknown: Sequence[UnknownEntry], now: datetime) -> dict[Place, FoundEntry]:
    """Return by origin and identity what is stored of these entries: deleted ones by their key, others by address, headline and date.

    Only a document that no longer shows the old key can have renamed an entry: what comes one by one, as mail does, is not looked for.
    """
    found = _deleted(connection, unknown)
    rest = [one for one in unknown if one.document and (one.origin, one.entry.identity) not in found]
    marks = {(one.origin, one.entry.identity): marks_of(one.origin, one.entry) for one in rest}
    by_mark: dict[int | None, list[FoundEntry]] = defaultdict(list)
    for row in _marked(connection, marks.values()):
        by_mark[row.stored.marks.page].append(row)
        by_mark[row.stored.marks.title].append(row)
    if by_mark:
        for feed in _by_feed(rest):
            found |= _matched(feed, marks, by_mark, now)
    return found


def _by_feed(unknown: Sequence[UnknownEntry]) -> Iterable[list[UnknownEntry]]:
    feeds: dict[str, list[UnknownEntry]] = defaultdict(list)
    for one in unknown:
        feeds[one.origin].append(one)
    return feeds.values()


def _matched(
    feed: Sequence[UnknownEntry],
    marks: dict[Place, EntryMarks],
    by_mark: dict[int | None, list[FoundEntry]],
    now: datetime,
) -> dict[Place, FoundEntry]:
    """Return what the unknown entries of one feed are. What the document still has under its old key is something else."""
    shown = {one.identity for one in unpack_fingerprints(feed[0].document)}
    pages = Counter(marks[one.origin, one.entry.identity].page for one in feed)
    found: dict[Place, FoundEntry] = {}
    taken: set[bytes] = set()

    def candidates(mark: int | None) -> list[FoundEntry]:
        return [one for one in by_mark.get(mark, ()) if one.key[:SIZE] not in shown and one.key not in taken]

    def take(one: UnknownEntry, same: Sequence[FoundEntry]) -> None:
        if same:
            best = max(same, key=lambda stored: stored.stored.seen_at)
            found[one.origin, one.entry.identity] = best
            taken.add(best.key)

    for one in feed:
        own = marks[one.origin, one.entry.identity]
        alone = pages[own.page] == 1 and len(by_mark.get(own.page, ())) == 1
        some = {row.key: row for mark in (own.page, own.title) if mark is not None for row in candidates(mark)}
        take(one, [row for row in some.values() if is_rekeyed(one.entry, own, row.stored, now, alone=alone)])
    certain = dict(found)
    for one in feed:
        place = one.origin, one.entry.identity
        if place not in found:
            same = [row for row in candidates(marks[place].title) if has_moved(one.entry, marks[place], row.stored)]
            take(one, same)
    whole = len(shown) if 0 < len(shown) < MOST else feed[0].size
    return found if 2 * len(found) > whole else certain


def _deleted(connection: Connection, unknown: Sequence[UnknownEntry]) -> dict[Place, FoundEntry]:
    """Return those whose article retention has deleted, by the key that they had."""
    places = {(one.origin, one.entry.identity[:KEY]): (one.origin, one.entry.identity) for one in unknown}
    rows = (row for some in parts(sorted({key for _, key in places})) for row in connection.execute(_DELETED, {"keys": some}))
    return {places[row.origin_id, key]: _buried(row) for row in rows if (row.origin_id, key := bytes(row.entry_key)) in places}


def _marked(connection: Connection, marks: Iterable[EntryMarks]) -> Iterator[FoundEntry]:
    """Yield what has the address or the headline of any of these marks."""
    for some in parts(list(marks)):
        values = {"pages": [one.page for one in some if one.page is not None], "titles": [one.title for one in some]}
        yield from map(_living, connection.execute(_LIVING_MARKED, values))
        yield from map(_buried, connection.execute(_DELETED_MARKED, values))


def _living(row: Row[tuple[object, ...]]) -> FoundEntry:
    return FoundEntry(
        origin=row.origin_id, key=bytes(row.entry_key), article=row.article_id, stored=_stored(row, row.content_hash, row.url)
    )


def _buried(row: Row[tuple[object, ...]]) -> FoundEntry:
    return FoundEntry(origin=row.origin_id, key=bytes(row.entry_key), article=None, stored=_stored(row, row.words, None))


def _stored(row: Row[tuple[object, ...]], words: bytes, url: str | None) -> StoredEntry:
    return StoredEntry(
        words=bytes(words)[:SIZE],
        marks=EntryMarks(page=row.page_mark, title=row.title_mark),
        url=url,
        published_at=row.published_at,
        seen_at=row.seen_at,
    )


_LIVING = select(
    *(
        appearances.c[name]
        for name in (
            *("origin_id", "entry_key", "article_id", "content_hash"),
            *("page_mark", "title_mark", "url", "published_at", "seen_at"),
        )
    )
).where(appearances.c.own)
_LIVING_MARKED, _DELETED_MARKED = (
    query.where(
        or_(table.c.page_mark.in_(bindparam("pages", expanding=True)), table.c.title_mark.in_(bindparam("titles", expanding=True)))
    )
    for query, table in ((_LIVING, appearances), (select(tombstones), tombstones))
)
_DELETED = select(tombstones).where(tombstones.c.entry_key.in_(bindparam("keys", expanding=True)))
