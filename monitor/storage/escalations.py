"""Store which alerts are told to somebody else unless they are seen, and when: the outbox of escalation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import AlertId, DeliveryId, StoryId
from monitor.domain.watch import Severity
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert
from monitor.storage.locks import serialise
from monitor.storage.tables import acknowledgements, alerts, deliveries, escalations


@dataclass(frozen=True, slots=True, kw_only=True)
class DueEscalation:
    """An alert that is to be told further. `told` is how often it has been; `seen`: there is no need any more, as it was seen or withdrawn."""

    alert_id: AlertId
    term: str
    severity: Severity
    tags: tuple[str, ...]
    story_id: StoryId | None
    created_at: datetime
    data: dict[str, Any]
    told: int
    seen: bool


def lock(connection: Connection) -> None:
    """Keep other transactions from escalating until this one ends."""
    serialise(connection, "escalations")


def add(connection: Connection, alert_id: AlertId, due_at: datetime) -> None:
    """Have an alert told further at `due_at` unless somebody has seen it by then."""
    connection.execute(insert(connection, escalations).values(alert_id=alert_id, due_at=due_at).on_conflict_do_nothing())


def any_due(connection: Connection, now: datetime) -> bool:
    """Return whether the time of any has come."""
    return connection.execute(select(escalations.c.alert_id).where(escalations.c.due_at <= now).limit(1)).first() is not None


def due(connection: Connection, now: datetime, *, limit: int = 200) -> tuple[DueEscalation, ...]:
    """Return those whose time has come, the first of them first."""
    query = (
        select(
            escalations.c.alert_id,
            escalations.c.told,
            alerts.c.term,
            alerts.c.severity,
            alerts.c.tags,
            alerts.c.story_id,
            alerts.c.created_at,
            alerts.c.lapsed_at,
            alerts.c.data,
            acknowledgements.c.at.label("seen_at"),
        )
        .join_from(escalations, alerts, alerts.c.id == escalations.c.alert_id)
        .join(acknowledgements, acknowledgements.c.alert_id == alerts.c.id, isouter=True)
        .where(escalations.c.due_at <= now)
        .order_by(escalations.c.due_at, escalations.c.alert_id)
        .limit(limit)
    )
    return tuple(
        DueEscalation(
            alert_id=row.alert_id,
            term=row.term,
            severity=Severity(row.severity),
            tags=tuple(row.tags),
            story_id=row.story_id,
            created_at=row.created_at,
            data=row.data,
            told=row.told,
            seen=row.seen_at is not None or row.lapsed_at is not None,
        )
        for row in connection.execute(query)
    )


def move(connection: Connection, alert_id: AlertId, *, told: int, due_at: datetime) -> None:
    """Record that an alert was told further `told` times, and when it is again."""
    connection.execute(update(escalations).where(escalations.c.alert_id == alert_id).values(told=told, due_at=due_at))


def forget(connection: Connection, ids: Sequence[AlertId]) -> None:
    """Tell these alerts no further."""
    for some in parts(ids):
        connection.execute(delete(escalations).where(escalations.c.alert_id.in_(some)))


def send_again(
    connection: Connection,
    escalation: DueEscalation,
    channel: str,
    delivery_id: DeliveryId,
    notice: dict[str, Any],
    *,
    now: datetime,
) -> None:
    """Add one more delivery of an alert that the channel has been told of; one of that id is not added again."""
    row = {
        "id": delivery_id,
        "channel": channel,
        "notice": notice,
        "rank": escalation.severity.rank,
        "status": DeliveryStatus.PENDING,
        "next_attempt_at": now,
        "created_at": now,
    }
    connection.execute(insert(connection, deliveries).values(row).on_conflict_do_nothing(index_elements=["id"]))
