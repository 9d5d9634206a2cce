"""In which order the deliveries of a channel are sent, on every database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select, update

from monitor.domain.ids import AlertId
from monitor.domain.watch import Severity
from monitor.storage import deliveries
from monitor.storage.delivery_order import WINDOW, due_in_order
from monitor.storage.dialect import insert
from monitor.storage.engine import Database
from monitor.storage.tables import alerts, articles, stories
from tests.alerting import EPOCH, raise_alerts

NOW = EPOCH + timedelta(minutes=1)


def _raise(
    connection: Connection, number: int, *, source: str = "Wire", severity: Severity = Severity.HIGH, story: str | None = None
) -> AlertId:
    story_id = story or f"s-{number}"
    row = {"id": story_id, "title": "t", "created_at": EPOCH, "last_article_at": EPOCH}
    connection.execute(insert(connection, stories).values(row).on_conflict_do_nothing())
    (alert,) = raise_alerts(
        connection, [number], ("desk",), at=EPOCH + timedelta(seconds=number), severity=severity, story_id=story_id
    )
    article = select(alerts.c.article_id).where(alerts.c.id == alert).scalar_subquery()
    connection.execute(update(articles).where(articles.c.id == article).values(source=source))
    return alert


def _order(connection: Connection, limit: int = 99) -> list[AlertId | None]:
    by_id = {one.id: one.alert_id for one in deliveries.listing(connection)}
    return [by_id[row.id] for row in due_in_order(connection, "desk", now=NOW, limit=limit)]


def test_the_worst_goes_first_then_the_oldest(database: Database) -> None:
    """Whenever it was raised."""
    with database.write() as connection:
        late, early = _raise(connection, 3), _raise(connection, 1)
        low = _raise(connection, 0, severity=Severity.LOW)
        worst = _raise(connection, 5, severity=Severity.CRITICAL)
        assert _order(connection) == [worst, early, late, low]


def test_a_flood_of_one_source_lets_the_others_through(database: Database) -> None:
    """Of equal severity, each source has its turn."""
    with database.write() as connection:
        flood = [_raise(connection, number, source="Flood") for number in range(20)]
        calm = _raise(connection, 30, source="Calm")
        assert _order(connection, 3) == [flood[0], calm, flood[1]]


def test_what_is_told_of_one_story_keeps_its_order(database: Database) -> None:
    """The first alert of a story goes with the worst one, not after it; those of other stories wait."""
    with database.write() as connection:
        other = _raise(connection, 1)
        first = _raise(connection, 2, severity=Severity.LOW, story="one", source="A")
        worst = _raise(connection, 3, severity=Severity.CRITICAL, story="one", source="B")
        assert _order(connection) == [first, worst, other]


def test_a_long_backlog_hides_neither_the_worst_nor_another_source(database: Database) -> None:
    """Only a part of it is looked at: what is fresh of another source, or worse, is in that part."""
    with database.write() as connection:
        _many(connection, 2 * WINDOW)
        calm = _raise(connection, 40, source="Calm")
        assert calm in _order(connection, 2)
        worst = _raise(connection, 41, severity=Severity.CRITICAL)
        assert _order(connection, 1) == [worst]


def _many(connection: Connection, count: int) -> None:
    """Raise a flood of one source."""
    raise_alerts(connection, range(count), ("desk",), at=EPOCH)
