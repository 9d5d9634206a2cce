"""A wall clock that was ahead for a while: what was planned by it is due when it is back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from monitor.settings.feeds import FeedSettings
from monitor.storage import feeds
from monitor.storage.clock_jumps import forget_the_future
from monitor.storage.engine import Database
from monitor.storage.tables import channels, hosts
from monitor.storage.tables import feeds as feeds_table

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AHEAD = timedelta(hours=2)
LONGEST = timedelta(hours=6)


def test_what_was_planned_by_a_clock_that_was_ahead_is_due(database: Database) -> None:
    """Feeds polled then are due now and their claims end, hosts and channels are open again; what was planned before stays."""
    with database.write() as connection:
        feeds.sync(connection, [FeedSettings(url="https://a.example/f"), FeedSettings(url="https://b.example/f")], NOW)
        ahead = {"last_polled_at": NOW + AHEAD, "next_poll_at": NOW + AHEAD + timedelta(seconds=2), "lease_until": NOW + AHEAD}
        before = {"last_polled_at": NOW - timedelta(hours=1), "next_poll_at": NOW + timedelta(hours=5)}
        connection.execute(update(feeds_table).where(feeds_table.c.url == "https://a.example/f").values(ahead))
        connection.execute(update(feeds_table).where(feeds_table.c.url == "https://b.example/f").values(before))
        connection.execute(update(hosts).values(next_request_at=NOW + AHEAD, paused_until=NOW + timedelta(days=2)))
        connection.execute(
            insert(channels), {"name": "desk", "open_until": NOW + AHEAD, "next_send_at": NOW + AHEAD, "lease_until": NOW + AHEAD}
        )
        forget_the_future(connection, NOW, LONGEST)
    with database.read() as connection:
        planned = {row.url: row for row in connection.execute(select(feeds_table))}
        (desk,) = connection.execute(select(channels)).all()
        rests = connection.execute(select(hosts.c.next_request_at, hosts.c.paused_until)).all()
    soon = NOW + timedelta(minutes=1)
    assert planned["https://a.example/f"].next_poll_at == NOW
    assert planned["https://a.example/f"].lease_until <= soon
    assert planned["https://b.example/f"].next_poll_at == NOW + timedelta(hours=5)
    assert max(desk.open_until, desk.next_send_at, desk.lease_until) <= soon
    assert {(at, until) for at, until in rests} == {(NOW, NOW + LONGEST)}
