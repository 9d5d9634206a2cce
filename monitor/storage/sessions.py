"""Store the sessions of the dashboard: a hash of each cookie, and until when it counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from monitor.storage.dialect import insert
from monitor.storage.tables import sessions


def add(connection: Connection, digest: bytes, *, now: datetime, expires_at: datetime) -> None:
    """Store a session, and forget those that have run out."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
    connection.execute(insert(connection, sessions).values(digest=digest, expires_at=expires_at))


def exists(connection: Connection, digest: bytes, now: datetime) -> bool:
    """Return whether there is a session that has not run out."""
    query = select(sessions.c.digest).where(sessions.c.digest == digest, sessions.c.expires_at > now)
    return connection.execute(query).scalar_one_or_none() is not None


def remove(connection: Connection, digest: bytes) -> None:
    """Forget a session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))
