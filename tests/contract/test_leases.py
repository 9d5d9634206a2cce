"""Leases, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.lease import Lease
from monitor.storage import channels, deliveries, leases
from monitor.storage.engine import Database
from tests.alerting import raise_alerts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(seconds=15)


def test_a_lease_that_is_ended_is_free_for_the_next(database: Database) -> None:
    """Of two holders one has died: its channel and its delivery in hand can be taken, the other's cannot."""
    with database.write() as connection:
        raise_alerts(connection, range(2), ["desk", "audit"], at=NOW - timedelta(minutes=1))
        for name in ("desk", "audit"):
            channels.acquire(connection, name, Lease(owner=f"of {name}", until=UNTIL), now=NOW)
            due = deliveries.due(connection, name, now=NOW, limit=1)
            deliveries.claim(connection, due, Lease(owner=f"of {name}", until=UNTIL))
        assert leases.lease_owners(connection, NOW) == {"of desk", "of audit"}
        assert leases.lease_owners(connection, UNTIL) == frozenset()
        leases.expire(connection, ["of desk"], NOW)
        assert leases.lease_owners(connection, NOW) == {"of audit"}
        assert channels.acquire(connection, "desk", Lease(owner="next", until=UNTIL), now=NOW) is not None
        assert channels.acquire(connection, "audit", Lease(owner="next", until=UNTIL), now=NOW) is None
        for name, waiting in (("desk", 2), ("audit", 1)):
            deliveries.reclaim(connection, name, NOW)
            assert len(deliveries.due(connection, name, now=NOW, limit=10)) == waiting
