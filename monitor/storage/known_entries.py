"""Find which entries of a batch are stored, also those whose identifier is used for several articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from sqlalchemy import Connection, and_, bindparam, or_, select

from monitor.domain.article import Entry, Origin
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ArticleId
from monitor.domain.same_article import StoredFacts, is_another, is_same_page, is_same_place
from monitor.domain.version_chain import first_key, replaced_keys
from monitor.storage import version_keys
from monitor.storage.chunks import parts
from monitor.storage.tables import appearances, articles

_Place = tuple[str, bytes]
Known = dict[_Place, tuple[ArticleId | None, bytes]]
"""By origin and entry key the article and the content hash that are stored; there is no article where version 0.1 stored another source's."""


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """An entry to compare with the article that is stored under `key`."""

    number: int
    origin: Origin
    entry: Entry
    key: bytes


def known_entries(connection: Connection, batch: Sequence[tuple[Origin, Sequence[Entry]]]) -> tuple[list[list[Entry]], Known]:
    """Return the entries of each origin, the last of equal keys, and what is stored of them.

    An entry of a feed that has the identifier of another article gets a key of its own, made of identifier and address.
    """
    entries = [{entry.identity: entry for entry in _chained(some)} for _, some in batch]
    known = _find(connection, [(origin.id, key) for (origin, _), by_key in zip(batch, entries, strict=True) for key in by_key])
    reused = list(_changed(batch, entries, known))
    shared = list(_without_own_key(batch, entries, known))
    if reused or shared:
        _tell_apart(connection, entries, known, reused, shared)
    versions = [
        (origin.id, entry)
        for (origin, _), by_key in zip(batch, entries, strict=True)
        for key, entry in by_key.items()
        if entry.versions and (origin.id, key) not in known
    ]
    if versions:
        known |= {place: (article, b"") for place, article in version_keys.find(connection, versions).items()}
    return [list(by_key.values()) for by_key in entries], known


def _chained(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries with the key of the first version where one is a later version of another."""
    replaced = replaced_keys((entry.key, entry.versions) for entry in entries if entry.versions)
    return [replace(entry, key=first_key(entry.key, replaced)) for entry in entries] if replaced else entries


def _tell_apart(
    connection: Connection,
    entries: list[dict[bytes, Entry]],
    known: Known,
    reused: Sequence[_Doubtful],
    shared: Sequence[_Doubtful],
) -> None:
    """Give entries under a used identifier their own key, and those that were stored under the bare identifier their article."""
    parents = _find(connection, [(one.origin.id, one.key) for one in shared])
    owners = {**parents, **{(one.origin.id, one.key): known[one.origin.id, one.key] for one in reused}}
    facts = _facts(connection, {article for article, _ in owners.values() if article is not None})

    def stored(one: _Doubtful) -> StoredFacts | None:
        article = owners.get((one.origin.id, one.key), (None, b""))[0]
        return facts.get(article) if article is not None else None

    apart: list[_Place] = []
    for one in reused:
        found = stored(one)
        if found is not None and is_another(one.entry, found):
            entry = replace(one.entry, key=_key_of_another(one.entry, found))
            del entries[one.number][one.key]
            entries[one.number][entry.identity] = entry
            apart.append((one.origin.id, entry.identity))
    known |= _find(connection, apart)
    for one in shared:
        found = stored(one)
        if found is not None and is_same_place(one.entry, found):
            known[one.origin.id, one.entry.identity] = owners[one.origin.id, one.key][0], b""


def _key_of_another(entry: Entry, stored: StoredFacts) -> str:
    """Return a key of guid and address, as entries get that share their guid with others of their document; with the title if the address is shared, too."""
    key = f"{entry.guid} {entry.url or entry.title}"
    return f"{key} {entry.title}" if is_same_page(entry, stored) else key


def _changed(
    batch: Sequence[tuple[Origin, Sequence[Entry]]], entries: Sequence[Mapping[bytes, Entry]], known: Known
) -> Iterable[_Doubtful]:
    """Yield the entries of feeds that are stored under their bare identifier with another text."""
    for number, ((origin, _), by_key) in enumerate(zip(batch, entries, strict=True)):
        for key, entry in by_key.items():
            article, before = known.get((origin.id, key), (None, b""))
            if (
                origin.url
                and entry.guid == entry.key
                and not entry.versions
                and article is not None
                and before != entry.content_hash
            ):
                yield _Doubtful(number, origin, entry, key)


def _without_own_key(
    batch: Sequence[tuple[Origin, Sequence[Entry]]], entries: Sequence[Mapping[bytes, Entry]], known: Known
) -> Iterable[_Doubtful]:
    """Yield the entries of feeds that are not stored and share their identifier with others of their document."""
    for number, ((origin, _), by_key) in enumerate(zip(batch, entries, strict=True)):
        for key, entry in by_key.items():
            if origin.url and entry.guid and entry.guid != entry.key and (origin.id, key) not in known:
                yield _Doubtful(number, origin, entry, hash_parts("entry", entry.guid))


def _find(connection: Connection, wanted: Sequence[_Place]) -> Known:
    found: Known = {}
    for start in range(0, len(wanted), _PAIRS):
        pairs = islice(cycle(wanted[start : start + _PAIRS]), _PAIRS)
        values = {name: value for n, pair in enumerate(pairs) for name, value in zip((f"origin{n}", f"key{n}"), pair, strict=True)}
        for row in connection.execute(_SEEN, values):
            found[row.origin_id, bytes(row.entry_key)] = row.article_id if row.own else None, bytes(row.content_hash)
    return found


def _facts(connection: Connection, ids: set[ArticleId]) -> dict[ArticleId, StoredFacts]:
    return {
        row.id: StoredFacts(title=row.title, url=row.url, published_at=row.published_at, text=row.text)
        for some in parts(sorted(ids))
        for row in connection.execute(_FACTS, {"ids": some})
    }


_PAIRS = 32
"""Entries looked up by one statement. Each pair has parameters of its own, since for a list of pairs SQLite reads the whole index."""
_SEEN = select(
    appearances.c.origin_id, appearances.c.entry_key, appearances.c.article_id, appearances.c.content_hash, appearances.c.own
).where(
    or_(
        *(
            and_(appearances.c.origin_id == bindparam(f"origin{n}"), appearances.c.entry_key == bindparam(f"key{n}"))
            for n in range(_PAIRS)
        )
    )
)
_FACTS = select(articles.c.id, articles.c.title, articles.c.url, articles.c.published_at, articles.c.text).where(
    articles.c.id.in_(bindparam("ids", expanding=True))
)
