"""Counts and times that the pages and the metrics read, on both databases."""

from __future__ import annotations

from datetime import timedelta

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId
from monitor.storage import activity, alerts, trends
from monitor.storage.alerts import AlertFilter
from monitor.storage.engine import Database
from monitor.storage.trends import Bucket
from tests.integration.web.scenes import add_alert


def test_alerts_are_counted_per_hour_and_day_of_utc(database: Database) -> None:
    """Each alert counts in its bucket; older ones and other terms do not."""
    now = SYSTEM_CLOCK.now()
    for term, ago in (("Rafah", 0), ("Rafah", 0), ("Rafah", 24), ("ceasefire", 48), ("ceasefire", 24 * 30)):
        add_alert(database, term=term, ago=timedelta(hours=ago))
    now = max(now, SYSTEM_CLOCK.now())
    with database.read() as connection:
        days = trends.by_term(connection, bucket=Bucket.DAY, number=14, now=now)
        hours = trends.by_term(connection, bucket=Bucket.HOUR, number=24, now=now)
        last = trends.last_by_term(connection)
    assert {term: sum(counts) for term, counts in days.items()} == {"Rafah": 3, "ceasefire": 1}
    assert len(days["Rafah"]) == 14
    assert days["ceasefire"][-3] == 1
    assert [sum(hours["Rafah"]), "ceasefire" in hours] == [2, False]
    assert last.keys() == {"Rafah", "ceasefire"}
    assert all(moment.tzinfo is not None for moment in last.values())


def test_alerts_are_paged_without_a_gap_or_a_double(database: Database) -> None:
    """Page after page, also where several alerts have the same time."""
    made = [add_alert(database, ago=timedelta(minutes=minute // 3)) for minute in range(7)]
    seen: list[str] = []
    with database.read() as connection:
        while page := alerts.listing(connection, AlertFilter(before=seen[-1] if seen else None), limit=2):
            seen += [stored.alert.id for stored in page]
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(set(seen))


def test_alerts_raised_after_one(database: Database) -> None:
    """Oldest first, without the alert itself; nothing for one that is not there."""
    first, *later = [add_alert(database, ago=timedelta(minutes=3 - minute)) for minute in range(3)]
    with database.read() as connection:
        assert [stored.alert.id for stored in activity.raised_after(connection, AlertId(first), limit=10)] == later
        assert activity.raised_after(connection, AlertId("nonsense"), limit=10) == ()


def test_the_waiting_and_the_latencies(database: Database) -> None:
    """How long the oldest delivery has waited, and how fast alerts were."""
    add_alert(database, channels=("desk",), ago=timedelta(minutes=5))
    add_alert(database, severity="low")
    with database.read() as connection:
        since = activity.undelivered_since(connection)
        assert since is not None
        assert timedelta(minutes=4) < SYSTEM_CLOCK.now() - since < timedelta(minutes=6)
        assert activity.alerts_by_severity(connection) == {"high": 1, "low": 1}
        assert activity.scan_latencies(connection) == (0.02, 0.02)
        assert activity.delivery_latencies(connection) == ()
