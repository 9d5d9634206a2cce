"""Store which processes of the daemon are alive, on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from monitor.storage.dialect import insert
from monitor.storage.tables import heartbeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One process: its role, where it runs, and its last heartbeat."""

    id: str
    role: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime


def beat(connection: Connection, process_id: str, role: str, host: str, pid: int, started_at: datetime, now: datetime) -> None:
    """Store a heartbeat of a process."""
    statement = insert(connection, heartbeats).values(
        id=process_id, role=role, host=host, pid=pid, started_at=started_at, beat_at=now
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"beat_at": now}))


def alive(connection: Connection, now: datetime, within: timedelta) -> tuple[Beat, ...]:
    """Return the processes with a heartbeat within a time, by role and start."""
    query = select(heartbeats).where(heartbeats.c.beat_at >= now - within).order_by(heartbeats.c.role, heartbeats.c.started_at)
    return tuple(Beat(**row) for row in connection.execute(query).mappings())


def remove(connection: Connection, process_id: str) -> None:
    """Delete a process that has ended in good order."""
    connection.execute(delete(heartbeats).where(heartbeats.c.id == process_id))


def forget(connection: Connection, before: datetime) -> int:
    """Delete processes without a heartbeat since a time; return how many."""
    return connection.execute(delete(heartbeats).where(heartbeats.c.beat_at < before)).rowcount
