"""The few statements that SQLAlchemy spells differently per database."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`; both databases take the same arguments."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
