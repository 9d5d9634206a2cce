"""Read what has happened lately to alerts and deliveries, for the pages, the event streams and the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.domain.canary import CANARY_CHANNEL
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import AlertId, ArticleId
from monitor.domain.watch import Severity
from monitor.storage.alerts import AlertFilter, StoredAlert, listing
from monitor.storage.tables import alerts, articles, deliveries

_OF_USERS = deliveries.c.channel != CANARY_CHANNEL
SAMPLE = 200
"""How many of the newest alerts or deliveries the latencies are taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHeadline:
    """What names an alert in a list of other things. `title` is its article's."""

    term: str
    severity: Severity
    title: str
    article_id: ArticleId


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


def alert_times(connection: Connection, since: datetime) -> dict[str, tuple[datetime, ...]]:
    """Return by term when it raised alerts since a time, oldest first; terms without any are left out."""
    query = select(alerts.c.term, alerts.c.created_at).where(alerts.c.created_at >= since).order_by(alerts.c.created_at)
    found: dict[str, list[datetime]] = {}
    for term, at in connection.execute(query):
        found.setdefault(term, []).append(at)
    return {term: tuple(times) for term, times in found.items()}


def scan_latencies(connection: Connection) -> tuple[float, ...]:
    """Return the seconds from fetching to alert of the newest alerts."""
    query = select(alerts.c.data).order_by(alerts.c.created_at.desc()).limit(SAMPLE)
    found = (row.data.get("latency", {}).get("fetched_to_alert_s") for row in connection.execute(query))
    return tuple(float(seconds) for seconds in found if seconds is not None)


def delivery_latencies(connection: Connection) -> tuple[float, ...]:
    """Return the seconds from alert to receipt of the newest deliveries that were accepted."""
    query = (
        select(deliveries.c.created_at, deliveries.c.settled_at)
        .where(deliveries.c.status == DeliveryStatus.DELIVERED, deliveries.c.settled_at.is_not(None), _OF_USERS)
        .order_by(deliveries.c.settled_at.desc())
        .limit(SAMPLE)
    )
    return tuple((row.settled_at - row.created_at).total_seconds() for row in connection.execute(query))


def undelivered_since(connection: Connection) -> datetime | None:
    """Return when the oldest alert that is still to be delivered was raised; None when none waits."""
    waiting = deliveries.c.status.in_((DeliveryStatus.PENDING, DeliveryStatus.SENDING))
    found: datetime | None = connection.execute(select(func.min(deliveries.c.created_at)).where(waiting, _OF_USERS)).scalar()
    return found


def headlines(connection: Connection, alert_ids: Sequence[AlertId]) -> dict[AlertId, AlertHeadline]:
    """Return the headline of each of these alerts."""
    query = select(alerts.c.id, alerts.c.term, alerts.c.severity, alerts.c.article_id, articles.c.title)
    rows = connection.execute(query.join(articles, articles.c.id == alerts.c.article_id).where(alerts.c.id.in_(alert_ids)))
    return {
        row.id: AlertHeadline(term=row.term, severity=Severity(row.severity), title=row.title, article_id=row.article_id)
        for row in rows
    }
