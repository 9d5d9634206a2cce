"""Let one transaction at a time make decisions that depend on each other.

SQLite has one writer anyway; on PostgreSQL the transaction takes an advisory lock, released when it ends.
"""

from __future__ import annotations

import zlib

from sqlalchemy import Connection, func, select


def serialise(connection: Connection, name: str) -> bool:
    """Wait until no other transaction holds `name`, and hold it until this one ends.

    Returns whether others may have written since this transaction began, so that what was read before must be read again.
    """
    if connection.dialect.name != "postgresql":
        return False
    connection.execute(select(func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))
    return True
