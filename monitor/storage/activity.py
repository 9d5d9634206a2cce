"""Read what has happened lately to alerts and deliveries, for the pages, the event streams and the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import AlertId, ArticleId
from monitor.domain.watch import Severity
from monitor.storage.alerts import AlertFilter, StoredAlert, listing
from monitor.storage.tables import alerts, articles, deliveries

MAX_DELIVERY_AGE = timedelta(hours=25)
"""An hour more than deliveries are tried for. With it the index on the times of alerts can be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHeadline:
    """What names an alert in a list of other things. `title` is its article's."""

    term: str
    severity: Severity
    title: str
    article_id: ArticleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long something took that ended at `at`. `id` is that of the alert or the delivery."""

    id: str
    at: datetime
    seconds: float


def raised_after(connection: Connection, alert_id: AlertId, *, limit: int) -> tuple[StoredAlert, ...]:
    """Return the newest `limit` alerts raised after this one, oldest first; none for an id that is not stored."""
    row = connection.execute(select(alerts.c.created_at).where(alerts.c.id == alert_id)).one_or_none()
    if row is None:
        return ()
    return listing(connection, AlertFilter(since=row.created_at), limit=limit, skip=(alert_id,))[::-1]


def alerts_by_severity(connection: Connection) -> dict[Severity, int]:
    """Return how many alerts of each severity are stored; severities without any are left out."""
    query = select(alerts.c.severity, func.count()).group_by(alerts.c.severity)
    return {Severity(row[0]): row[1] for row in connection.execute(query)}


def scan_latencies(connection: Connection, since: datetime) -> tuple[Latency, ...]:
    """Return the time from fetching to alert of the alerts raised at `since` or later."""
    query = select(alerts.c.id, alerts.c.created_at, alerts.c.data).where(alerts.c.created_at >= since)
    found = ((row, row.data.get("latency", {}).get("fetched_to_alert_s")) for row in connection.execute(query))
    return tuple(Latency(id=row.id, at=row.created_at, seconds=float(seconds)) for row, seconds in found if seconds is not None)


def delivery_latencies(connection: Connection, since: datetime) -> tuple[Latency, ...]:
    """Return the time from alert to acceptance of the deliveries accepted at `since` or later.

    Left out are alerts older than `MAX_DELIVERY_AGE`, which only a person can have made due again.
    """
    query = (
        select(deliveries.c.id, deliveries.c.created_at, deliveries.c.settled_at)
        .join_from(alerts, deliveries)
        .where(
            alerts.c.created_at >= since - MAX_DELIVERY_AGE,
            deliveries.c.status == DeliveryStatus.DELIVERED,
            deliveries.c.settled_at >= since,
        )
    )
    return tuple(
        Latency(id=row.id, at=row.settled_at, seconds=max(0.0, (row.settled_at - row.created_at).total_seconds()))
        for row in connection.execute(query)
    )


def undelivered_since(connection: Connection) -> datetime | None:
    """Return when the oldest alert that is still to be delivered was raised; None when none waits."""
    waiting = deliveries.c.status.in_((DeliveryStatus.PENDING, DeliveryStatus.SENDING))
    found: datetime | None = connection.execute(select(func.min(deliveries.c.created_at)).where(waiting)).scalar()
    return found


def headlines(connection: Connection, alert_ids: Sequence[AlertId]) -> dict[AlertId, AlertHeadline]:
    """Return the headline of each of these alerts."""
    query = select(alerts.c.id, alerts.c.term, alerts.c.severity, alerts.c.article_id, articles.c.title)
    rows = connection.execute(query.join(articles, articles.c.id == alerts.c.article_id).where(alerts.c.id.in_(alert_ids)))
    return {
        row.id: AlertHeadline(term=row.term, severity=Severity(row.severity), title=row.title, article_id=row.article_id)
        for row in rows
    }
