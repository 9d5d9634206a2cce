"""What the program writes to see whether it works: one row for each probe, the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from monitor.storage.dialect import upsert
from monitor.storage.tables import probes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProbe:
    """The last row of one probe: when it was written, and with what."""

    at: datetime
    data: dict[str, Any]


def record(connection: Connection, name: str, data: dict[str, Any], now: datetime) -> None:
    """Store the row of a probe in place of the one before."""
    connection.execute(upsert(connection, probes, changed=("at", "data")), [{"name": name, "at": now, "data": data}])


def load(connection: Connection, name: str) -> StoredProbe | None:
    """Return the row of a probe; None before its first."""
    row = connection.execute(select(probes).where(probes.c.name == name)).one_or_none()
    return None if row is None else StoredProbe(at=row.at, data=row.data)
