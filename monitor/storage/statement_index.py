"""Find earlier statements like new ones, for a whole batch in few queries.

Only the newest statements under a key are considered, so that a word which everybody uses costs no more than any other. Statements are numbered in
the order in which they are committed, since whoever adds one holds the lock on stories: what came after a number is what came after it was read.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, String, TextualSelect, bindparam, column, func, select, text

from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.number_lists import NUMBERS, number_list
from monitor.storage.statements import STATEMENT_COLUMNS, STATEMENT_TYPES, StoredStatement, stored_statements
from monitor.storage.tables import articles, statements, stories
from monitor.storage.types import UtcDateTime

NEWEST_PER_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementHead:
    """A statement of the index without what it says: whose it is, and the story it is in now."""

    id: int
    article_id: ArticleId
    story_id: StoryId
    dated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryProgress:
    """How far a story has come; two states are equal if nothing has joined or left it. `profile` is that of a story of several statements."""

    articles: int
    last_article_at: datetime
    profile: bytes | None


def last_number(connection: Connection) -> int:
    """Return the number of the newest statement; 0 if there is none."""
    return connection.execute(_LAST).scalar_one() or 0


def postings(connection: Connection, keys: Collection[int]) -> dict[int, list[int]]:
    """Return for each key the numbers of the newest statements under it, newest first; keys without any are left out."""
    rows = connection.execute(_NEWEST_BY_KEY[connection.dialect.name], {"numbers": number_list(connection, sorted(keys))})
    return {key: sorted(map(int, numbers.split(",")), reverse=True) for key, numbers in rows}


def heads(connection: Connection, numbers: Collection[int]) -> dict[int, StatementHead]:
    """Return the statements of these numbers that are in a story, by number."""
    if not numbers:
        return {}
    rows = connection.execute(_HEADS[connection.dialect.name], {"numbers": number_list(connection, sorted(numbers))})
    return {row.id: StatementHead(id=row.id, article_id=row.article_id, story_id=row.story_id, dated_at=row.dated) for row in rows}


def texts(connection: Connection, numbers: Collection[int]) -> tuple[StoredStatement, ...]:
    """Return what the statements of these numbers say."""
    if not numbers:
        return ()
    return stored_statements(
        connection.execute(_TEXTS[connection.dialect.name], {"numbers": number_list(connection, sorted(numbers))})
    )


def added_after(connection: Connection, number: int) -> tuple[tuple[StatementHead, tuple[int, ...]], ...]:
    """Return the statements added after the one of this number, each with its keys, oldest first."""
    return tuple(
        (
            StatementHead(id=row.id, article_id=row.article_id, story_id=row.story_id, dated_at=row.dated),
            struct.unpack(f"<{len(row.index_keys) // 8}q", bytes(row.index_keys)),
        )
        for row in connection.execute(_ADDED, {"number": number})
    )


def story_progress(connection: Connection, ids: Iterable[StoryId], *, profiles: bool = True) -> dict[StoryId, StoryProgress]:
    """Return the states of these stories, without their profiles if these are not wanted."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    query = _STATES if profiles else _STATES_ALONE
    return {
        row.id: StoryProgress(
            articles=row.articles,
            last_article_at=row.last_article_at,
            profile=bytes(row.profile) if profiles and row.profile is not None else None,
        )
        for row in connection.execute(query, {"ids": wanted})
    }


_LAST = select(func.max(statements.c.id))
_ADDED = (
    select(statements.c.id, statements.c.article_id, statements.c.dated, statements.c.index_keys, articles.c.story_id)
    .join(articles, articles.c.id == statements.c.article_id)
    .where(statements.c.id > bindparam("number"), articles.c.story_id.is_not(None))
    .order_by(statements.c.id)
)
_STATE_COLUMNS = (stories.c.id, stories.c.articles, stories.c.last_article_at)
_OF_STORIES = stories.c.id.in_(bindparam("ids", expanding=True))
_STATES = select(*_STATE_COLUMNS, stories.c.profile).where(_OF_STORIES)
_STATES_ALONE = select(*_STATE_COLUMNS).where(_OF_STORIES)


def _heads(among: str) -> TextualSelect:
    return text(
        "SELECT s.id, s.article_id, s.dated, a.story_id FROM statements s JOIN articles a ON a.id = s.article_id "  # noqa: S608 - as above
        f"WHERE s.id {among} AND a.story_id IS NOT NULL"
    ).columns(column("id", Integer()), column("article_id", String()), column("dated", UtcDateTime()), column("story_id", String()))


def _texts(among: str) -> TextualSelect:
    return text(
        f"SELECT {STATEMENT_COLUMNS} FROM statements s JOIN articles a ON a.id = s.article_id WHERE s.id {among}"  # noqa: S608 - as above
    ).columns(*STATEMENT_TYPES)


_NEWEST = "SELECT statement_id FROM statement_keys WHERE key = wanted.number ORDER BY statement_id DESC LIMIT"
_POSTINGS = {
    "sqlite": (
        f"SELECT wanted.number AS key, group_concat(k.statement_id) AS found FROM ({NUMBERS['sqlite']}) AS wanted "  # noqa: S608 - no value is spelled out
        f"JOIN statement_keys AS k ON k.key = wanted.number AND k.statement_id >= coalesce(({_NEWEST} 1 OFFSET {NEWEST_PER_KEY - 1}), 0) "
        "GROUP BY wanted.number"
    ),
    "postgresql": (
        "SELECT wanted.number AS key, string_agg(CAST(k.statement_id AS text), ',') AS found "  # noqa: S608 - as above
        f"FROM ({NUMBERS['postgresql']}) AS wanted CROSS JOIN LATERAL ({_NEWEST} {NEWEST_PER_KEY}) AS k GROUP BY wanted.number"
    ),
}
_NEWEST_BY_KEY = {
    name: text(query).columns(column("key", Integer()), column("found", String())) for name, query in _POSTINGS.items()
}
_AMONG = {"sqlite": f"IN ({NUMBERS['sqlite']})", "postgresql": "= ANY (CAST(:numbers AS bigint[]))"}
_HEADS = {name: _heads(among) for name, among in _AMONG.items()}
_TEXTS = {name: _texts(among) for name, among in _AMONG.items()}
