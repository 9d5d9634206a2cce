"""The index that finds earlier statements like a new one: the facts of each, and a few keys that lead to it.

Only the newest statements under a key are considered, so that a word which everybody uses costs no more than any other. What is older than
every story's window is of no use: `prune` deletes it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Integer,
    LargeBinary,
    String,
    Text,
    TextualSelect,
    bindparam,
    column,
    delete,
    select,
    text,
    update,
)

from monitor.domain.article import Article
from monitor.domain.aside import asides_from_json, own_text
from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.articles import article_from_row
from monitor.storage.tables import articles, statement_keys, statements, stories
from monitor.storage.types import Json, UtcDateTime

NEWEST_PER_KEY = 32
MAX_CANDIDATES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStatement:
    """An earlier statement: whose it is, what was stored with it (`data`), and the beginning of its text as it is now."""

    id: int
    article_id: ArticleId
    story_id: StoryId
    source: str
    link: str | None
    dated_at: datetime
    title: str
    text: str
    data: bytes


def add(connection: Connection, article_id: ArticleId, *, at: datetime, dated: datetime, data: bytes, keys: Sequence[int]) -> int:
    """Index a statement that is not in the index; return its number."""
    row = {"article_id": article_id, "at": at, "dated": dated, "data": data, "index_keys": struct.pack(f"<{len(keys)}q", *keys)}
    statement_id: int = connection.execute(_ADD, row).scalar_one()
    if keys:
        connection.execute(_ADD_KEYS, [{"key": key, "statement_id": statement_id} for key in keys])
    return statement_id


def forget(connection: Connection, article_id: ArticleId) -> None:
    """Remove the index of an article's earlier revision."""
    old = connection.execute(_OF_ARTICLE, {"article_id": article_id}).one_or_none()
    if old is not None:
        _remove(connection, [(old.id, old.index_keys)])


def candidates(
    connection: Connection, keys: Mapping[int, float], *, since: datetime, until: datetime
) -> tuple[StoredStatement, ...]:
    """Return the statements that share the weightiest keys, at most 16, among those dated between `since` and `until`."""
    if not keys:
        return ()
    binds: dict[str, Any] = {}
    for place, (key, weight) in enumerate(keys.items()):
        binds |= {f"k{place}": key, f"w{place}": weight}
    lookup = _lookup(len(keys), postgresql=connection.dialect.name == "postgresql")
    return _read(connection.execute(lookup, {**binds, "since": since, "until": until}))


def of_story(connection: Connection, story_id: StoryId, limit: int) -> tuple[StoredStatement, ...]:
    """Return the newest statements of a story, at most `limit`."""
    return _read(connection.execute(_OF_STORY, {"story": story_id, "most": limit}))


def profiles(connection: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, bytes]:
    """Return what was stored with each of these stories, for those of more than one statement."""
    rows = connection.execute(_PROFILES, {"ids": list(story_ids)})
    return {row.id: bytes(row.profile) for row in rows}


def save_profile(connection: Connection, story_id: StoryId, profile: bytes | None) -> None:
    """Store what the statements of a story say together; None for a story of one statement, which says it by itself."""
    connection.execute(_SAVE_PROFILE, {"of_story": story_id, "profile": profile})


def unindexed(connection: Connection, since: datetime, limit: int) -> tuple[Article, ...]:
    """Return articles with a story, fetched since `since`, that are not in the index, oldest first, at most `limit`."""
    indexed = select(statements.c.id).where(statements.c.article_id == articles.c.id).exists()
    query = select(articles).where(articles.c.fetched_at >= since, articles.c.story_id.is_not(None), ~indexed)
    return tuple(map(article_from_row, connection.execute(query.order_by(articles.c.fetched_at, articles.c.id).limit(limit))))


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete statements indexed before `before`, oldest first, at most `limit`; return how many."""
    rows = connection.execute(
        select(statements.c.id, statements.c.index_keys).where(statements.c.at < before).order_by(statements.c.at).limit(limit)
    )
    return _remove(connection, [(row.id, row.index_keys) for row in rows])


def _read(rows: Iterable[Any]) -> tuple[StoredStatement, ...]:
    return tuple(
        StoredStatement(
            id=row.id,
            article_id=row.article_id,
            story_id=row.story_id,
            source=row.source,
            link=row.url,
            dated_at=row.dated,
            title=row.title,
            text=own_text(row.beginning, asides_from_json(row.asides)),
            data=bytes(row.data),
        )
        for row in rows
    )


def _remove(connection: Connection, rows: Sequence[tuple[int, bytes]]) -> int:
    pairs = [
        {"old_key": key, "old_statement": statement_id}
        for statement_id, keys in rows
        for key in struct.unpack(f"<{len(keys) // 8}q", bytes(keys))
    ]
    if pairs:
        connection.execute(_REMOVE_KEYS, pairs)
    if rows:
        connection.execute(delete(statements).where(statements.c.id.in_([statement_id for statement_id, _ in rows])))
    return len(rows)


_COLUMNS = (
    "s.id, s.article_id, a.story_id, a.source, a.url, s.dated, a.title, substr(a.text, 1, 3000) AS beginning, a.asides, s.data"
)
_TYPES = (
    column("id", Integer()),
    column("article_id", String()),
    column("story_id", String()),
    column("source", Text()),
    column("url", Text()),
    column("dated", UtcDateTime()),
    column("title", Text()),
    column("beginning", Text()),
    column("asides", Json()),
    column("data", LargeBinary()),
)
_OF_ARTICLE = select(statements.c.id, statements.c.index_keys).where(statements.c.article_id == bindparam("article_id"))
_ADD = statements.insert().returning(statements.c.id)
_ADD_KEYS = statement_keys.insert()
_REMOVE_KEYS = delete(statement_keys).where(
    statement_keys.c.key == bindparam("old_key"), statement_keys.c.statement_id == bindparam("old_statement")
)
_OF_STORY = (
    text(
        f"SELECT {_COLUMNS} FROM articles a JOIN statements s ON s.article_id = a.id "  # noqa: S608 - no value is spelled out
        "WHERE a.story_id = :story ORDER BY s.id DESC LIMIT :most"
    )
    .bindparams(bindparam("most", type_=Integer()))
    .columns(*_TYPES)
)
_PROFILES = select(stories.c.id, stories.c.profile).where(
    stories.c.id.in_(bindparam("ids", expanding=True)), stories.c.profile.is_not(None)
)
_SAVE_PROFILE = update(stories).where(stories.c.id == bindparam("of_story")).values(profile=bindparam("profile"))


@cache
def _lookup(keys: int, *, postgresql: bool) -> TextualSelect:
    """Return the statement for `keys` keys, written out because building it for each article costs more than running it.

    PostgreSQL gets an array: joined to a subquery it would read the whole of a table without statistics.
    """
    newest = " UNION ALL ".join(
        f"SELECT statement_id, weight FROM (SELECT statement_id, CAST(:w{place} AS double precision) AS weight FROM statement_keys "  # noqa: S608 - no value is spelled out
        f"WHERE key = :k{place} ORDER BY statement_id DESC LIMIT {NEWEST_PER_KEY}) AS n{place}"
        for place in range(keys)
    )
    likest = (
        f"SELECT statement_id FROM ({newest}) AS found "  # noqa: S608 - as above
        f"GROUP BY statement_id ORDER BY sum(weight) DESC, statement_id DESC LIMIT {MAX_CANDIDATES}"
    )
    among = f"= ANY (ARRAY ({likest}))" if postgresql else f"IN ({likest})"
    statement = text(
        f"SELECT {_COLUMNS} FROM statements s JOIN articles a ON a.id = s.article_id "  # noqa: S608 - as above
        f"WHERE s.id {among} AND s.dated >= :since AND s.dated <= :until AND a.story_id IS NOT NULL"
    )
    return statement.bindparams(
        *(bindparam(f"k{place}", type_=BigInteger()) for place in range(keys)),
        *(bindparam(f"w{place}", type_=Float()) for place in range(keys)),
        bindparam("since", type_=UtcDateTime()),
        bindparam("until", type_=UtcDateTime()),
    ).columns(*_TYPES)
