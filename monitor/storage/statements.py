"""Store the index by which earlier statements like a new one are found: the facts of each, and a few keys that lead to it.

What is older than every story's window is of no use: `prune` deletes it.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    LargeBinary,
    String,
    Text,
    bindparam,
    column,
    func,
    select,
    text,
    update,
)

from monitor.domain.article import Article
from monitor.domain.aside import asides_from_json, own_text
from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.articles import article_from_row
from monitor.storage.statement_removal import remove, remove_of_articles
from monitor.storage.tables import articles, statement_keys, statements, stories
from monitor.storage.types import Json, UtcDateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedStatement:
    """A statement for the index: `data` is found again with it, `keys` lead to it. `at` is when the article was fetched."""

    article_id: ArticleId
    at: datetime
    dated_at: datetime
    data: bytes
    keys: tuple[int, ...]


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


def index(connection: Connection, new: Sequence[IndexedStatement], *, again: Collection[ArticleId] = ()) -> None:
    """Index statements, oldest first; those of the articles `again` are in the index as their earlier revisions were, and take their place."""
    if not new:
        return
    numbers = _next_numbers(connection, len(new), max(one.at for one in new))
    if again:
        remove_of_articles(connection, again)
    rows = [
        {
            "id": number,
            "article_id": one.article_id,
            "at": one.at,
            "dated": one.dated_at,
            "data": one.data,
            "index_keys": struct.pack(f"<{len(one.keys)}q", *one.keys),
        }
        for number, one in zip(numbers, new, strict=True)
    ]
    connection.execute(_ADD, rows)
    pairs = sorted((key, number) for number, one in zip(numbers, new, strict=True) for key in one.keys)
    if not pairs:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_ADD_KEYS_POSTGRESQL, {"keys": [key for key, _ in pairs], "numbers": [number for _, number in pairs]})
    else:
        connection.execute(_ADD_KEYS, [{"key": key, "statement_id": number} for key, number in pairs])


def of_story(connection: Connection, story_id: StoryId, limit: int) -> tuple[StoredStatement, ...]:
    """Return the newest statements of a story, at most `limit`."""
    return stored_statements(connection.execute(_OF_STORY, {"story": story_id, "most": limit}))


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
    return remove(connection, [(row.id, row.index_keys) for row in rows])


def stored_statements(rows: Iterable[Any]) -> tuple[StoredStatement, ...]:
    """Return the statements in rows of `STATEMENT_COLUMNS`."""
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


def _next_numbers(connection: Connection, count: int, at: datetime) -> list[int]:
    """Return numbers for new statements, ascending, that no statement has had before: keys and workers may still remember those.

    SQLite takes the milliseconds of `at` where these are ahead, so that nothing is counted anew once the index is empty.
    """
    if connection.dialect.name == "postgresql":
        return sorted(connection.execute(_NEXT_NUMBERS, {"count": count}).scalars())
    last = connection.execute(_LAST_NUMBER).scalar_one() or 0
    first = max(last + 1, int(at.timestamp() * 1000))
    return list(range(first, first + count))


STATEMENT_COLUMNS = (
    "s.id, s.article_id, a.story_id, a.source, a.url, s.dated, a.title, substr(a.text, 1, 3000) AS beginning, a.asides, s.data"
)
STATEMENT_TYPES = (
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
_ADD = statements.insert()
_LAST_NUMBER = select(func.max(statements.c.id))
_NEXT_NUMBERS = text("SELECT nextval(pg_get_serial_sequence('statements', 'id')) FROM generate_series(1, :count)")
_ADD_KEYS = statement_keys.insert()
_ADD_KEYS_POSTGRESQL = text(
    "INSERT INTO statement_keys (key, statement_id) SELECT * FROM unnest(CAST(:keys AS bigint[]), CAST(:numbers AS bigint[]))"
)
_OF_STORY = (
    text(
        f"SELECT {STATEMENT_COLUMNS} FROM articles a JOIN statements s ON s.article_id = a.id "  # noqa: S608 - no value is spelled out
        "WHERE a.story_id = :story ORDER BY s.id DESC LIMIT :most"
    )
    .bindparams(bindparam("most", type_=Integer()))
    .columns(*STATEMENT_TYPES)
)
_PROFILES = select(stories.c.id, stories.c.profile).where(
    stories.c.id.in_(bindparam("ids", expanding=True)), stories.c.profile.is_not(None)
)
_SAVE_PROFILE = update(stories).where(stories.c.id == bindparam("of_story")).values(profile=bindparam("profile"))
