"""Keep of entries that retention has deleted what recognizes them, as long as their feed shows them and two weeks longer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, select, update

from monitor.domain.fingerprint import MOST, SIZE, unpack_fingerprints
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert
from monitor.storage.tables import appearances, feeds, tombstones

KEY = 16
"""Bytes of an entry's identity that are kept."""

SHOWN_FOR = timedelta(days=14)
"""How long the tombstone of an entry is kept that its feed shows no more."""

_TOUCHED_EVERY = timedelta(days=1)


def bury(connection: Connection, articles: Sequence[str], now: datetime) -> None:
    """Keep tombstones of the entries of feeds that have become these articles, which are about to be deleted."""
    of_feeds = select(feeds.c.id, feeds.c.imprints).where(
        feeds.c.id.in_(select(appearances.c.origin_id).where(appearances.c.article_id.in_(articles), appearances.c.own))
    )
    shown: dict[datetime, list[str]] = defaultdict(list)
    for origin, imprints in connection.execute(of_feeds).all():
        long = len(unpack_fingerprints(bytes(imprints or b""))) >= MOST
        shown[(_last_seen(connection, origin) or now) if long else now].append(origin)
    for seen_at, origins in shown.items():
        _bury(connection, articles, origins, seen_at)


def _last_seen(connection: Connection, origin: str) -> datetime | None:
    """Return when the feed has last shown anything that retention had deleted."""
    found: datetime | None = connection.execute(
        select(func.max(tombstones.c.seen_at)).where(tombstones.c.origin_id == origin)
    ).scalar_one()
    return found


def _bury(connection: Connection, articles: Sequence[str], origins: Sequence[str], seen_at: datetime) -> None:
    kept = ("page_mark", "title_mark", "published_at")
    entries = select(
        func.substr(appearances.c.entry_key, 1, KEY),
        appearances.c.origin_id,
        func.substr(appearances.c.content_hash, 1, SIZE),
        *(appearances.c[name] for name in kept),
        bindparam("seen_at", seen_at, tombstones.c.seen_at.type),
    ).where(appearances.c.article_id.in_(articles), appearances.c.own, appearances.c.origin_id.in_(origins))
    add = insert(connection, tombstones).from_select(["entry_key", "origin_id", "words", *kept, "seen_at"], entries)
    changed = {name: add.excluded[name] for name in ("words", *kept, "seen_at")}
    connection.execute(add.on_conflict_do_update(index_elements=["entry_key", "origin_id"], set_=changed))


def touch(connection: Connection, found: Sequence[tuple[str, bytes, datetime]], now: datetime) -> None:
    """Store that feeds still show these entries: origin, key and when that was last stored. Once a day is enough."""
    old = [{"of_origin": origin, "of_key": key} for origin, key, seen_at in found if seen_at <= now - _TOUCHED_EVERY]
    if old:
        connection.execute(_TOUCH, [one | {"seen_at": now} for one in old])


def move(connection: Connection, keys: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Give tombstones the keys under which their feeds show them now: origin, old key, new key."""
    moved = [{"of_origin": origin, "of_key": old, "new_key": new} for origin, old, new in keys]
    if moved:
        connection.execute(_MOVE, moved)


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete tombstones, at most `limit`, of entries that their feed has not shown since `before`; return how many."""
    deleted = 0
    for origin in connection.scalars(select(tombstones.c.origin_id).where(tombstones.c.seen_at < before).distinct()).all():
        deleted += _prune_feed(connection, origin, before, limit - deleted)
        if deleted >= limit:
            break
    return deleted


def _prune_feed(connection: Connection, origin: str, before: datetime, limit: int) -> int:
    """Delete tombstones of one feed. Of a long document only a sample of its entries is known: then its last change counts as today."""
    shown = connection.execute(select(feeds.c.imprints).where(feeds.c.id == origin, feeds.c.active)).scalar()
    keys = {one.identity for one in unpack_fingerprints(bytes(shown or b""))}
    of_feed = tombstones.c.origin_id == origin
    if len(keys) >= MOST:
        before = min(before, (_last_seen(connection, origin) or before) - SHOWN_FOR)
    old = connection.scalars(select(tombstones.c.entry_key).where(of_feed, tombstones.c.seen_at < before)).all()
    gone = [key for key in old if bytes(key)[:SIZE] not in keys][:limit]
    for some in parts(gone):
        connection.execute(delete(tombstones).where(of_feed, tombstones.c.entry_key.in_(some)))
    return len(gone)


_OF_ONE = (tombstones.c.origin_id == bindparam("of_origin"), tombstones.c.entry_key == bindparam("of_key"))
_TOUCH = update(tombstones).where(*_OF_ONE).values(seen_at=bindparam("seen_at"))
_MOVE = update(tombstones).where(*_OF_ONE).values(entry_key=bindparam("new_key"))
