"""The index that finds earlier articles like a new one: a sketch for each, and a few keys that lead to it.

Only the newest articles under a key are considered, so that a phrase which everybody prints costs no more than any other. What is older than
every story's window is of no use: `prune` deletes it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, Connection, LargeBinary, String, TextualSelect, bindparam, column, delete, select, text

from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.tables import sketch_keys, sketches
from monitor.storage.types import UtcDateTime

NEWEST_PER_KEY = 32
MAX_CANDIDATES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSketch:
    """An earlier article that shares keys: its story, its own time, and what was stored with it."""

    article_id: ArticleId
    story_id: StoryId
    dated: datetime
    data: bytes


def add(connection: Connection, article_id: ArticleId, *, at: datetime, dated: datetime, data: bytes, keys: Sequence[int]) -> None:
    """Index an article that is not in the index."""
    row = {"article_id": article_id, "at": at, "dated": dated, "data": data, "index_keys": struct.pack(f"<{len(keys)}q", *keys)}
    sketch_id: int = connection.execute(_ADD, row).scalar_one()
    if keys:
        connection.execute(_ADD_KEYS, [{"key": key, "sketch_id": sketch_id} for key in keys])


def forget(connection: Connection, article_id: ArticleId) -> None:
    """Remove the index of an article's earlier revision."""
    old = connection.execute(_OF_ARTICLE, {"article_id": article_id}).one_or_none()
    if old is not None:
        _remove(connection, [(old.id, old.index_keys)])


def candidates(connection: Connection, keys: Sequence[int], *, since: datetime) -> tuple[StoredSketch, ...]:
    """Return the articles that share most keys, at most 12, of stories that had an article since `since`."""
    if not keys:
        return ()
    binds = {f"k{place}": key for place, key in enumerate(keys)}
    return tuple(
        StoredSketch(article_id=row.article_id, story_id=row.story_id, dated=row.dated, data=bytes(row.data))
        for row in connection.execute(
            _lookup(len(keys), postgresql=connection.dialect.name == "postgresql"), {**binds, "since": since}
        )
    )


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete the sketches of articles indexed before `before`, oldest first, at most `limit`; return how many."""
    rows = connection.execute(
        select(sketches.c.id, sketches.c.index_keys).where(sketches.c.at < before).order_by(sketches.c.at).limit(limit)
    )
    return _remove(connection, [(row.id, row.index_keys) for row in rows])


def _remove(connection: Connection, rows: Sequence[tuple[int, bytes]]) -> int:
    pairs = [
        {"old_key": key, "old_sketch": sketch_id}
        for sketch_id, keys in rows
        for key in struct.unpack(f"<{len(keys) // 8}q", bytes(keys))
    ]
    if pairs:
        connection.execute(_REMOVE_KEYS, pairs)
    if rows:
        connection.execute(delete(sketches).where(sketches.c.id.in_([sketch_id for sketch_id, _ in rows])))
    return len(rows)


_OF_ARTICLE = select(sketches.c.id, sketches.c.index_keys).where(sketches.c.article_id == bindparam("article_id"))
_ADD = sketches.insert().returning(sketches.c.id)
_ADD_KEYS = sketch_keys.insert()
_REMOVE_KEYS = delete(sketch_keys).where(
    sketch_keys.c.key == bindparam("old_key"), sketch_keys.c.sketch_id == bindparam("old_sketch")
)


@cache
def _lookup(keys: int, *, postgresql: bool) -> TextualSelect:
    """Return the statement for `keys` keys, written out because building it for each article costs more than running it.

    PostgreSQL gets an array: joined to a subquery it would read the whole of a table without statistics.
    """
    newest = " UNION ALL ".join(
        f"SELECT sketch_id FROM (SELECT sketch_id FROM sketch_keys WHERE key = :k{place} "  # noqa: S608 - no value is spelled out
        f"ORDER BY sketch_id DESC LIMIT {NEWEST_PER_KEY}) AS n{place}"
        for place in range(keys)
    )
    likest = (
        f"SELECT sketch_id FROM ({newest}) AS found "  # noqa: S608 - as above
        f"GROUP BY sketch_id ORDER BY count(*) DESC, sketch_id DESC LIMIT {MAX_CANDIDATES}"
    )
    among = f"= ANY (ARRAY ({likest}))" if postgresql else f"IN ({likest})"
    statement = text(
        "SELECT s.article_id, a.story_id, s.dated, s.data FROM sketches s "  # noqa: S608 - as above
        "JOIN articles a ON a.id = s.article_id JOIN stories t ON t.id = a.story_id "
        f"WHERE s.id {among} AND t.last_article_at >= :since"
    )
    return statement.bindparams(
        *(bindparam(f"k{place}", type_=BigInteger()) for place in range(keys)), bindparam("since", type_=UtcDateTime())
    ).columns(
        column("article_id", String()),
        column("story_id", String()),
        column("dated", UtcDateTime()),
        column("data", LargeBinary()),
    )
