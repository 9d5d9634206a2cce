"""What the operator has been told of, and the facts from which it is decided."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from monitor.domain.feed import FeedStatus
from monitor.domain.health import SickFeed, Trouble, Vitals
from monitor.storage import channels
from monitor.storage.dialect import insert
from monitor.storage.tables import feeds, scans, troubles


def vitals(connection: Connection) -> Vitals:
    """How everything is doing."""
    shown = func.coalesce(func.nullif(feeds.c.name, ""), feeds.c.title, feeds.c.url).label("shown")
    query = select(shown, feeds.c.reason, feeds.c.last_success_at).where(
        feeds.c.active, feeds.c.status.in_((FeedStatus.FAILING, FeedStatus.GONE))
    )
    rows = connection.execute(query.order_by(feeds.c.url)).all()
    active = connection.execute(select(func.count()).select_from(feeds).where(feeds.c.active)).scalar_one()
    return Vitals(
        feeds=active,
        sick=tuple(SickFeed(name=row.shown, reason=row.reason, last_success_at=row.last_success_at) for row in rows),
        channels=channels.listing(connection),
        oldest_unscanned_at=connection.execute(select(func.min(scans.c.created_at))).scalar(),
    )


def known(connection: Connection) -> dict[str, Trouble]:
    """The troubles that the operator has been told of and that were not over then, by subject."""
    rows = connection.execute(select(troubles).order_by(troubles.c.subject))
    return {row.subject: Trouble(subject=row.subject, problem=row.problem, since=row.since) for row in rows}


def begin(connection: Connection, trouble: Trouble) -> bool:
    """Note that the operator is told of it; False if another process was first."""
    row = {"subject": trouble.subject, "problem": trouble.problem, "since": trouble.since}
    new = insert(connection, troubles).values(row).on_conflict_do_nothing().returning(troubles.c.subject)
    return connection.execute(new).scalar() is not None


def end(connection: Connection, trouble: Trouble) -> bool:
    """Note that it is over; False if another process was first."""
    return connection.execute(delete(troubles).where(troubles.c.subject == trouble.subject)).rowcount == 1
