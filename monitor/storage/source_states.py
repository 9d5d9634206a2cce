"""The state of sources that keep none of their own: whether each could be read, and when last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select

from monitor.domain.source import SourceStatus
from monitor.storage.dialect import upsert
from monitor.storage.tables import source_states


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of one source. `reason` says why it cannot be read; `last_success_at` None: it never could be.

    `position` is how far it has been read, as its kind has stored it with `advance`.
    """

    status: SourceStatus
    reason: str | None
    last_read_at: datetime
    last_success_at: datetime | None
    position: Mapping[str, Any] | None = None


def advance(connection: Connection, kind: str, address: str, position: Mapping[str, Any], now: datetime) -> None:
    """Store how far a source has been read, in the transaction that stores what was read. It has been read well so far."""
    row = {"kind": kind, "address": address, "status": SourceStatus.OK, "last_read_at": now, "last_success_at": now}
    changed = ("position", "last_read_at", "last_success_at")
    connection.execute(upsert(connection, source_states, changed=changed), [{**row, "position": dict(position)}])


def record(
    connection: Connection,
    kind: str,
    problems: Mapping[str, str | None],
    now: datetime,
    *,
    remarks: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Store whether sources could be read now: by address the problem, or None for one that could. `remarks`: what is worth knowing of those."""
    for failed in (False, True):
        rows = [
            {
                "kind": kind,
                "address": address,
                "status": SourceStatus.FAILING if failed else SourceStatus.OK,
                "reason": problem or remarks.get(address),
                "last_read_at": now,
                "last_success_at": None if failed else now,
            }
            for address, problem in problems.items()
            if (problem is not None) == failed
        ]
        if rows:
            connection.execute(
                upsert(connection, source_states, changed=_CHANGED if failed else (*_CHANGED, "last_success_at")), rows
            )


def known(connection: Connection, kind: str) -> dict[str, SourceState]:
    """Return the state of every source of this kind that was recorded, by address."""
    rows = connection.execute(select(source_states).where(source_states.c.kind == kind))
    return {
        row.address: SourceState(
            status=SourceStatus(row.status),
            reason=row.reason,
            last_read_at=row.last_read_at,
            last_success_at=row.last_success_at,
            position=row.position,
        )
        for row in rows
    }


_CHANGED = ("status", "reason", "last_read_at")
