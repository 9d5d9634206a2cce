"""Take statements out of the index, with the keys that lead to them."""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, delete, select

from monitor.domain.ids import ArticleId
from monitor.storage.tables import statement_keys, statements


def remove(connection: Connection, rows: Sequence[tuple[int, bytes]]) -> int:
    """Delete statements, given as their numbers and `index_keys`; return how many."""
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


def remove_of_articles(connection: Connection, ids: Collection[ArticleId]) -> None:
    """Delete the statements of these articles. Call it before the articles are deleted, which takes the statements along, but not their keys."""
    found = connection.execute(_OF_ARTICLES, {"ids": list(ids)})
    remove(connection, [(row.id, row.index_keys) for row in found])


_OF_ARTICLES = select(statements.c.id, statements.c.index_keys).where(statements.c.article_id.in_(bindparam("ids", expanding=True)))
_REMOVE_KEYS = delete(statement_keys).where(
    statement_keys.c.key == bindparam("old_key"), statement_keys.c.statement_id == bindparam("old_statement")
)
