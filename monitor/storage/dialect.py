"""The statements that SQLAlchemy writes differently for SQLite and PostgreSQL."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, which take the same arguments for both databases."""
    return _insert(connection.dialect.name, table)


@cache
def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 4 MB and 80 ms for those who have no PostgreSQL

    return postgresql.insert(table)


def upsert(connection: Connection, table: Table, *, changed: tuple[str, ...]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT for rows given at execution; where the primary key exists, it sets the columns `changed`. It is built once for each table."""
    return _upsert(connection.dialect.name, table, changed)


@cache
def _upsert(dialect: str, table: Table, changed: tuple[str, ...]) -> sqlite.Insert | postgresql.Insert:
    statement = _insert(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={name: statement.excluded[name] for name in changed}
    )
