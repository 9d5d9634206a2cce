"""Copy what waits on a failing channel to its fallback, once, and forget deliveries so that it stays once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from monitor.domain.delivery import HELD_REPORT, DeliveryStatus
from monitor.domain.ids import DeliveryId, derived_id
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert
from monitor.storage.tables import deliveries

_PENDING, _HELD = DeliveryStatus.PENDING, DeliveryStatus.HELD


def copy_to_fallback(connection: Connection, channel: str, to: str) -> tuple[DeliveryId, ...]:
    """Send the alerts and reports that wait on the failing channel to the channel `to` as well, each only once; return the new deliveries."""
    other = deliveries.alias()
    columns = (deliveries.c[name] for name in ("id", "alert_id", "notice", "story_id", "rank", "created_at"))
    query = select(*columns).where(
        deliveries.c.channel == channel,
        deliveries.c.status == _PENDING,
        deliveries.c.change.is_(None),
        ~select(other.c.id).where(other.c.alert_id == deliveries.c.alert_id, other.c.channel == to).exists(),
    )
    waiting = connection.execute(query.order_by(deliveries.c.created_at, deliveries.c.id)).all()
    copies = [_copy(row, to) for row in waiting if row.alert_id is not None or row.notice["type"] == HELD_REPORT]
    found: list[DeliveryId] = []
    for some in parts(copies):
        added = insert(connection, deliveries).values(some).on_conflict_do_nothing().returning(deliveries.c.id)
        found += map(DeliveryId, connection.execute(added).scalars())
    return tuple(found)


def _copy(row: Any, to: str) -> dict[str, Any]:
    """Return the row of a delivery that tells the channel `to` what `row` tells another."""
    same = {name: getattr(row, name) for name in ("alert_id", "notice", "story_id", "rank")}
    copy_id = _report_copy(row.id, to) if row.alert_id is None else derived_id("delivery", row.alert_id, to)
    return {
        "id": copy_id,
        "channel": to,
        **same,
        "status": _PENDING,
        "next_attempt_at": row.created_at,
        "created_at": row.created_at,
    }


def _report_copy(report_id: str, to: str) -> str:
    return derived_id("copy", report_id, to)


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete deliveries settled before `before`, at most `limit`; return how many.

    What still waits on another channel is kept: by it one sees that the fallback has been told.
    """
    other = deliveries.alias()
    waits = select(other.c.id).where(other.c.alert_id == deliveries.c.alert_id, other.c.settled_at.is_(None)).exists()
    query = select(deliveries.c.id, deliveries.c.channel).where(deliveries.c.settled_at < before, ~waits).limit(limit)
    old = connection.execute(query).all()
    reports = _waiting_reports(connection) if old else ()
    channels_of_old = {row.channel for row in old}
    copies = {_report_copy(report_id, name) for report_id in reports for name in channels_of_old}
    gone = [row.id for row in old if row.id not in copies]
    return sum(connection.execute(delete(deliveries).where(deliveries.c.id.in_(some))).rowcount for some in parts(gone))


def _waiting_reports(connection: Connection) -> tuple[str, ...]:
    waiting = and_(deliveries.c.status.in_((_PENDING, _HELD)), deliveries.c.alert_id.is_(None), deliveries.c.change.is_(None))
    return tuple(connection.execute(select(deliveries.c.id).where(waiting)).scalars())
