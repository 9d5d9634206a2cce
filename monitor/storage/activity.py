"""What happened lately to alerts and deliveries, for those who watch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import StoryId
from monitor.domain.story import Member
from monitor.storage import alerts as alert_records
from monitor.storage.stories import members
from monitor.storage.tables import alerts, articles, deliveries, stories

SAMPLE = 200
"""Of so many of the newest alerts or deliveries the latencies are told."""

_SETTLED_LATELY = select(deliveries.c.created_at, deliveries.c.settled_at).where(
    deliveries.c.status == DeliveryStatus.DELIVERED.value, deliveries.c.settled_at.is_not(None)
)


def after(connection: Connection, alert_id: str, *, limit: int) -> list[dict[str, Any]]:
    """Records of the alerts raised since one was, oldest first; the newest `limit` of them. Nothing for an id that is not there."""
    row = connection.execute(select(alerts.c.created_at).where(alerts.c.id == alert_id)).one_or_none()
    if row is None:
        return []
    found = alert_records.listing(connection, alert_records.AlertFilter(since=row.created_at), limit=limit, skip=(alert_id,))
    return list(reversed(found))


def alerts_by_severity(connection: Connection) -> dict[str, int]:
    """How many alerts are stored, by severity."""
    query = select(alerts.c.severity, func.count()).group_by(alerts.c.severity)
    return {row[0]: row[1] for row in connection.execute(query)}


def scan_latencies(connection: Connection) -> list[float]:
    """Seconds from fetching to alert of the newest alerts."""
    query = select(alerts.c.data).order_by(alerts.c.created_at.desc()).limit(SAMPLE)
    found = (row.data.get("latency", {}).get("fetched_to_alert_s") for row in connection.execute(query))
    return [float(seconds) for seconds in found if seconds is not None]


def delivery_latencies(connection: Connection) -> list[float]:
    """Seconds from alert to receipt of the newest deliveries that arrived."""
    query = _SETTLED_LATELY.order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc()).limit(SAMPLE)
    return [(row.settled_at - row.created_at).total_seconds() for row in connection.execute(query)]


def undelivered_since(connection: Connection) -> datetime | None:
    """When the oldest delivery that is still to be made was raised; None when there is none."""
    waiting = deliveries.c.status.in_((DeliveryStatus.PENDING.value, DeliveryStatus.SENDING.value))
    found: datetime | None = connection.execute(select(func.min(deliveries.c.created_at)).where(waiting)).scalar()
    return found


def heads(connection: Connection, alert_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Per alert its `term severity title article_id`, for lists that only name it."""
    query = select(alerts.c.id, alerts.c.term, alerts.c.severity, alerts.c.article_id, articles.c.title)
    rows = connection.execute(query.join(articles, articles.c.id == alerts.c.article_id).where(alerts.c.id.in_(alert_ids)))
    return {row.id: {"term": row.term, "severity": row.severity, "title": row.title, "article_id": row.article_id} for row in rows}


def now_in(connection: Connection, story_ids: Iterable[str]) -> dict[str, tuple[Member, ...]]:
    """Per story, under the id it was once told by, where it has been read by now, also if it has been merged into another since."""
    wanted = list(dict.fromkeys(story_ids))
    query = select(stories.c.id, func.coalesce(stories.c.merged_into, stories.c.id).label("current"))
    current = {row.id: StoryId(row.current) for row in connection.execute(query.where(stories.c.id.in_(wanted)))}
    inside = members(connection, set(current.values()))
    return {told: inside.get(story, ()) for told, story in current.items()}
