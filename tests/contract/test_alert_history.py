"""What was raised before, and whether any work is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from monitor.domain.watch import Severity
from monitor.storage import alert_history, progress, scans, stories
from monitor.storage.engine import Database
from monitor.storage.tables import alerts, deliveries
from tests.alerting import add_story
from tests.story_scenes import add_article, raise_on

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_the_alerts_of_a_story_are_those_of_what_was_merged_into_it(database: Database) -> None:
    """The oldest first; those of other stories are left out."""
    with database.write() as connection:
        story, merged, other = (add_story(connection, NOW) for _ in range(3))
        raised = [
            raise_on(
                connection, one, add_article(connection, one, "Alpha"), "Rafah", severity=severity, at=NOW - timedelta(hours=n)
            )
            for n, (one, severity) in enumerate(((story, Severity.LOW), (merged, Severity.HIGH), (other, Severity.HIGH)))
        ]
        assert stories.merge(connection, merged, story)
        found = alert_history.of_story(connection, story)
    assert [(past.id, past.severity, past.created_at) for past in found] == [
        (raised[1], Severity.HIGH, NOW - timedelta(hours=1)),
        (raised[0], Severity.LOW, NOW),
    ]


def test_the_last_alert_of_each_term(database: Database) -> None:
    """A term that never notified anyone is left out."""
    with database.write() as connection:
        story = add_story(connection, NOW)
        for term, hours in (("Rafah", 3), ("Rafah", 1), ("aid", 2)):
            at = NOW - timedelta(hours=hours)
            raise_on(connection, story, add_article(connection, story, "Alpha"), term, at=at)
        found = alert_history.last_by_term(connection, ["Rafah", "truce"])
        assert alert_history.last_by_term(connection, []) == {}
    assert found == {"Rafah": NOW - timedelta(hours=1)}


def test_an_alert_that_lapsed_keeps_the_time(database: Database) -> None:
    """Marked again, it lapsed when it first did."""
    with database.write() as connection:
        story = add_story(connection, NOW)
        alert = raise_on(connection, story, add_article(connection, story, "Alpha"), "Rafah")
        for hours in (0, 1):
            alert_history.mark_stale(connection, [alert], now=NOW + timedelta(hours=hours))
        assert connection.execute(select(alerts.c.lapsed_at)).scalar_one() == NOW


def test_nothing_is_left_when_all_is_scanned_and_sent(database: Database) -> None:
    """A scan or a delivery that is due is work; one that is due later is not waited for."""
    with database.write() as connection:
        assert progress.idle(connection, NOW)
        story = add_story(connection, NOW)
        article = add_article(connection, story, "Alpha")
        raise_on(connection, story, article, "Rafah", at=NOW)
        assert not progress.idle(connection, NOW)
        connection.execute(update(deliveries).values(next_attempt_at=NOW + timedelta(hours=1)))
        assert progress.idle(connection, NOW)
        scans.add(connection, [(article, 1)], NOW)
        assert not progress.idle(connection, NOW)
