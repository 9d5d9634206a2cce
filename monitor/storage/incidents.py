"""What the operator has been told of, and the facts from which it is decided."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from monitor.domain.feed import FeedStatus
from monitor.domain.incidents import FailingFeed, HealthSnapshot, Incident
from monitor.storage import channels
from monitor.storage.dialect import insert
from monitor.storage.tables import feeds, incidents, scans


def health_snapshot(connection: Connection) -> HealthSnapshot:
    """How everything is doing."""
    shown = func.coalesce(func.nullif(feeds.c.name, ""), feeds.c.title, feeds.c.url).label("shown")
    query = select(shown, feeds.c.reason, feeds.c.last_success_at).where(
        feeds.c.active, feeds.c.status.in_((FeedStatus.FAILING, FeedStatus.GONE))
    )
    rows = connection.execute(query.order_by(feeds.c.url)).all()
    active = connection.execute(select(func.count()).select_from(feeds).where(feeds.c.active)).scalar_one()
    return HealthSnapshot(
        feeds=active,
        failing=tuple(FailingFeed(name=row.shown, reason=row.reason, last_success_at=row.last_success_at) for row in rows),
        channels=channels.listing(connection),
        oldest_unscanned_at=connection.execute(select(func.min(scans.c.created_at))).scalar(),
    )


def known(connection: Connection) -> dict[str, Incident]:
    """The troubles that the operator has been told of and that were not over then, by subject."""
    rows = connection.execute(select(incidents).order_by(incidents.c.subject))
    return {row.subject: Incident(subject=row.subject, problem=row.problem, since=row.since) for row in rows}


def begin(connection: Connection, incident: Incident) -> bool:
    """Note that the operator is told of it; False if another process was first."""
    row = {"subject": incident.subject, "problem": incident.problem, "since": incident.since}
    new = insert(connection, incidents).values(row).on_conflict_do_nothing().returning(incidents.c.subject)
    return connection.execute(new).scalar() is not None


def end(connection: Connection, incident: Incident) -> bool:
    """Note that it is over; False if another process was first."""
    return connection.execute(delete(incidents).where(incidents.c.subject == incident.subject)).rowcount == 1
