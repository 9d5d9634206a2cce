"""Make feeds due before their time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from monitor.domain.source import SourceStatus
from monitor.storage.tables import feeds


def make_due(connection: Connection, now: datetime) -> None:
    """Make every active feed due now, whatever its plan, except those that are gone. Hosts keep their pauses."""
    connection.execute(
        update(feeds)
        .where(feeds.c.active, feeds.c.status != SourceStatus.GONE, feeds.c.next_poll_at > now)
        .values(next_poll_at=now)
    )


def make_these_due(connection: Connection, urls: Collection[str], now: datetime) -> None:
    """Make the feeds with these addresses due now. Hosts keep their gaps and pauses, and failing feeds their waits."""
    chosen = and_(feeds.c.url.in_(urls), feeds.c.active, feeds.c.status == SourceStatus.OK, feeds.c.next_poll_at > now)
    connection.execute(update(feeds).where(chosen).values(next_poll_at=now))


def make_failed_due(connection: Connection, since: datetime, now: datetime) -> None:
    """Make due the feeds that have failed since `since`, when our own connection went away."""
    failed = and_(feeds.c.active, feeds.c.status == SourceStatus.FAILING, feeds.c.last_polled_at >= since)
    connection.execute(update(feeds).where(failed, feeds.c.next_poll_at > now).values(next_poll_at=now))


def make_longest_unpolled_due(connection: Connection, now: datetime) -> None:
    """Make one feed due: the one that has not been polled for the longest time."""
    waiting = select(feeds.c.id).where(feeds.c.active, feeds.c.status != SourceStatus.GONE, feeds.c.lease_until.is_(None))
    longest = waiting.order_by(feeds.c.last_polled_at).limit(1).scalar_subquery()
    connection.execute(update(feeds).where(feeds.c.id == longest, feeds.c.next_poll_at > now).values(next_poll_at=now))
