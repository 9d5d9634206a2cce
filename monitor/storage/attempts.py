"""Store the result of every attempt, so that one can see what a receiver said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.ids import DeliveryId
from monitor.storage.dialect import insert
from monitor.storage.ids import new_id
from monitor.storage.tables import attempts


def record(connection: Connection, results: Sequence[tuple[DeliveryId, AttemptResult]]) -> None:
    """Store the result of each attempt; a message that carried several deliveries is an attempt of each."""
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "delivery_id": delivery_id,
            "at": result.at,
            "outcome": result.outcome,
            "http_status": result.http_status,
            "duration_s": result.duration_s,
            "answer": result.answer or result.reason,
        }
        for delivery_id, result in results
    ]
    if rows:
        connection.execute(insert(connection, attempts), rows)


def of(connection: Connection, delivery_id: DeliveryId) -> tuple[AttemptResult, ...]:
    """Return every attempt of a delivery, the first one first."""
    query = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.at, attempts.c.id)
    return tuple(
        AttemptResult(
            outcome=Outcome(row.outcome),
            at=row.at,
            duration_s=row.duration_s,
            http_status=row.http_status,
            answer=row.answer or "",
        )
        for row in connection.execute(query)
    )
