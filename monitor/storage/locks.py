"""One writer at a time for what must be decided one by one.

SQLite has one writer anyway; on PostgreSQL the transaction takes an advisory lock, given back when it ends.
"""

from __future__ import annotations

import zlib

from sqlalchemy import Connection, func, select


def serialise(connection: Connection, name: str) -> bool:
    """Wait until no other transaction holds `name`, and hold it to the end of this one.

    Whether others may have written since this transaction began: what was read before must be read again.
    """
    if connection.dialect.name != "postgresql":
        return False
    connection.execute(select(func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))
    return True
