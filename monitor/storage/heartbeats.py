"""Store which processes of the daemon are alive, on every machine, and when each of their steps last came to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from monitor.domain.step_beat import StepBeat
from monitor.domain.times import rfc3339
from monitor.storage.dialect import insert
from monitor.storage.tables import heartbeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One process: its role, where it runs, its last heartbeat, those of its steps, and whether it does its work without Redis."""

    id: str
    role: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    steps: Mapping[str, StepBeat]
    redis_bypassed: bool


def beat(  # noqa: PLR0913 - a row has that many columns
    connection: Connection,
    process_id: str,
    role: str,
    host: str,
    pid: int,
    started_at: datetime,
    now: datetime,
    *,
    steps: Mapping[str, StepBeat] | None = None,
    redis_bypassed: bool = False,
) -> None:
    """Store a heartbeat of a process."""
    changing = {
        "beat_at": now,
        "steps": {name: _to_json(step) for name, step in (steps or {}).items()},
        "redis_bypassed": redis_bypassed,
    }
    statement = insert(connection, heartbeats).values(
        id=process_id, role=role, host=host, pid=pid, started_at=started_at, **changing
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changing))


def alive(connection: Connection, now: datetime, within: timedelta) -> tuple[Beat, ...]:
    """Return the processes with a heartbeat within a time, by role and start."""
    query = select(heartbeats).where(heartbeats.c.beat_at >= now - within).order_by(heartbeats.c.role, heartbeats.c.started_at)
    rows = connection.execute(query).mappings()
    return tuple(Beat(**{**row, "steps": {name: _from_json(step) for name, step in row["steps"].items()}}) for row in rows)


def remove(connection: Connection, process_id: str) -> None:
    """Delete a process that has ended in good order."""
    connection.execute(delete(heartbeats).where(heartbeats.c.id == process_id))


def forget(connection: Connection, before: datetime) -> int:
    """Delete processes without a heartbeat since a time; return how many."""
    return connection.execute(delete(heartbeats).where(heartbeats.c.beat_at < before)).rowcount


def _to_json(step: StepBeat) -> dict[str, Any]:
    return {"at": rfc3339(step.at), "every_s": step.every_s, "error": step.error}


def _from_json(step: Mapping[str, Any]) -> StepBeat:
    return StepBeat(at=datetime.fromisoformat(step["at"]), every_s=step["every_s"], error=step["error"])
