"""Forget the times that were stored while the wall clock was ahead: otherwise all of it would wait until the clock is there again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, update

from monitor.storage.tables import articles, channels, deliveries, feeds, hosts, scans

_LONGEST_LEASE = timedelta(minutes=5)
_SOON = timedelta(minutes=1)


def forget_the_future(connection: Connection, now: datetime, longest: timedelta) -> None:
    """Make due what was planned by a clock that was ahead of `now`; no host is left alone for more than `longest`.

    What was planned before the clock went ahead may be tried once too early. Leases end soon, so that their holders can still settle.
    """
    connection.execute(
        update(feeds)
        .where(feeds.c.last_polled_at > now, feeds.c.next_poll_at.is_not(None))
        .values(next_poll_at=now, last_polled_at=now)
    )
    connection.execute(update(scans).where(scans.c.enqueued_at > now).values(enqueued_at=None))
    _cap(connection, hosts, hosts.c.paused_until, now + longest, now + longest)
    _cap(connection, hosts, hosts.c.next_request_at, now + _SOON, now)
    _cap(connection, articles, articles.c.page_due_at, now + _LONGEST_LEASE, now)
    _cap(connection, deliveries, deliveries.c.next_attempt_at, now + _LONGEST_LEASE, now)
    for column in (channels.c.open_until, channels.c.next_send_at):
        _cap(connection, channels, column, now + _SOON, now + _SOON)
    for table in (feeds, channels, deliveries):
        _cap(connection, table, table.c.lease_until, now + _LONGEST_LEASE, now + _SOON)


def _cap(connection: Connection, table: Table, column: Column[datetime], above: datetime, value: datetime) -> None:
    connection.execute(update(table).where(column > above).values({column.name: value}))
