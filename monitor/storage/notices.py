"""Store deliveries that carry no alert: notices to the operator, and canaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from monitor.domain.delivery import DeliveryStatus
from monitor.storage.dialect import insert
from monitor.storage.tables import deliveries


def add(
    connection: Connection, kind: str, data: dict[str, Any], ids: Mapping[str, str], *, now: datetime, due_at: datetime
) -> None:
    """Add a delivery of a notice to channels, under the ids given by their names; `data` is what its webhook says."""
    notice = {"type": kind, "data": data}
    for name, delivery_id in ids.items():
        values = {
            "id": delivery_id,
            "channel": name,
            "notice": notice,
            "status": DeliveryStatus.PENDING,
            "created_at": now,
            "next_attempt_at": due_at,
        }
        connection.execute(insert(connection, deliveries).values(values).on_conflict_do_nothing())


def accepted(connection: Connection, ids: Sequence[str], *, now: datetime) -> None:
    """Mark deliveries as delivered that were sent outside the queue."""
    waiting = update(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.status == DeliveryStatus.PENDING)
    connection.execute(
        waiting.values(status=DeliveryStatus.DELIVERED, attempts=1, first_attempt_at=now, next_attempt_at=None, settled_at=now)
    )
