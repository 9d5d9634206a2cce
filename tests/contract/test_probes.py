"""What the program writes to see whether it works, apart from what users see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.article import Entry, Origin
from monitor.domain.canary import CANARY_ADDRESS, CANARY_CHANNEL, CanaryStage
from monitor.storage import archive, articles, canary_progress, deliveries, notices, probes
from monitor.storage.engine import Database

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)


def test_the_last_row_of_a_probe_counts(database: Database) -> None:
    """One row for each name."""
    with database.write(durable=True) as connection:
        assert probes.load(connection, "write") is None
        for n in range(2):
            probes.record(connection, "write", {"n": n}, NOW + timedelta(seconds=n))
        found = probes.load(connection, "write")
    assert found == probes.StoredProbe(at=NOW + timedelta(seconds=1), data={"n": 1})


def test_canaries_are_in_no_list(database: Database) -> None:
    """Neither among the articles nor among the deliveries, wherever they are on their way."""
    origin = Origin(id=CANARY_ADDRESS, name="canary", url=CANARY_ADDRESS)
    with database.write() as connection:
        for one in (origin, Origin(id="api:x", name="x")):
            articles.ingest(connection, one, [Entry(key="k", title="t", text="b")], now=NOW, alertable=lambda _entry: True)
        notices.add(connection, "canary", {"round": "r"}, {CANARY_CHANNEL: "d1"}, now=NOW, due_at=NOW)
        notices.add(connection, "system.problem", {"subject": "s"}, {"ops": "d2"}, now=NOW, due_at=NOW)
        assert [article.source for article in archive.listing(connection)] == ["x"]
        assert archive.count(connection) == 1
        assert len(archive.in_stories(connection, since=None, after=None, limit=9)) == 1
        assert [one.id for one in deliveries.listing(connection)] == ["d2"]
        assert deliveries.counts(connection)["pending"] == 1
        assert deliveries.due_channels(connection, NOW) == (CANARY_CHANNEL, "ops")
        canary_progress.passed(connection, "stored", "r", NOW)
        canary_progress.remove_all(connection)
        assert deliveries.due_channels(connection, NOW) == ("ops",)
        assert canary_progress.underway(connection) == 0
        assert canary_progress.state(connection).stored == CanaryStage(round_id="r", at=NOW)


def test_a_notice_that_was_sent_directly_is_delivered(database: Database) -> None:
    """It is not sent again."""
    with database.write() as connection:
        notices.add(connection, "system.problem", {"subject": "s"}, {"ops": "d"}, now=NOW, due_at=NOW)
        notices.add(connection, "system.problem", {"subject": "s"}, {"ops": "d"}, now=NOW, due_at=NOW)
        notices.accepted(connection, ["d"], now=NOW)
        (found,) = deliveries.listing(connection)
        assert (found.status, deliveries.due(connection, "ops", now=NOW, limit=5)) == ("delivered", ())
