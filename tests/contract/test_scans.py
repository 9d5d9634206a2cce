"""The outbox of articles to scan, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from monitor.domain.ids import ArticleId, ScanId
from monitor.relay import claim_scans
from monitor.storage import scans
from monitor.storage.engine import Database
from monitor.storage.tables import articles

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _article(connection: Connection, name: str) -> ArticleId:
    connection.execute(
        articles.insert().values(
            id=name,
            title=name,
            source="s",
            fetched_at=NOW,
            summary="",
            text="",
            tags=[],
            revision=1,
            content_hash=b"h",
            alertable=True,
        )
    )
    return ArticleId(name)


def _added(connection: Connection, count: int, now: datetime = NOW) -> tuple[ScanId, ...]:
    return tuple(scans.add(connection, [(_article(connection, f"a{number}"), 1) for number in range(count)], now).values())


def _due(connection: Connection, seconds: float, queued: tuple[datetime, datetime] | None = None) -> set[ScanId]:
    return {scan.id for scan in scans.unqueued(connection, NOW + timedelta(seconds=seconds), 100, queued=queued)}


def test_new_work_is_due_at_once_and_noted_once(database: Database) -> None:
    """A revision is scanned once, however often it is noted."""
    with database.write() as connection:
        ids = _added(connection, 3)
        assert scans.add(connection, [(ArticleId("a0"), 1)], NOW) == {}
        assert len(scans.add(connection, [(ArticleId("a0"), 2)], NOW)) == 1
        assert set(ids) < _due(connection, 0)


def test_work_is_claimed_without_a_queue_once(database: Database) -> None:
    """What waits for long enough is taken in hand by one worker; what has failed before comes in smaller batches, and alone in the end."""
    with database.write() as connection:
        ids = _added(connection, 3)
    assert claim_scans(database, NOW + timedelta(seconds=2), waited=timedelta(seconds=3)) == ()
    assert claim_scans(database, NOW, waited=timedelta()) == tuple(sorted(ids))
    assert claim_scans(database, NOW, waited=timedelta()) == ()
    with database.write() as connection:
        for _ in range(2):
            scans.mark_enqueued(connection, ids, NOW)
    later = NOW + timedelta(seconds=90)
    alone = [claim_scans(database, later, waited=timedelta()) for _ in range(4)]
    assert [len(one) for one in alone] == [1, 1, 1, 0]
    assert {one for some in alone for one in some} == set(ids)


@pytest.mark.parametrize(("times", "wait"), [(1, 4), (2, 8), (3, 16), (4, 32), (5, 64), (9, 64)])
def test_the_wait_grows_with_each_attempt(database: Database, times: int, wait: int) -> None:
    """Unfinished work goes back on the queue after 4 s, then ever later, at most every 64 s."""
    with database.write() as connection:
        ids = _added(connection, 1)
        for _ in range(times):
            scans.mark_enqueued(connection, ids, NOW)
        assert _due(connection, wait - 0.1) == set()
        assert _due(connection, wait) == set(ids)


def test_work_that_still_stands_in_the_queue_is_not_due(database: Database) -> None:
    """A long queue is no reason to fill it again."""
    with database.write() as connection:
        (first, second) = _added(connection, 2)
        scans.mark_enqueued(connection, [first], NOW)
        scans.mark_enqueued(connection, [second], NOW + timedelta(seconds=30))
        assert _due(connection, 600) == {first, second}
        assert _due(connection, 600, queued=(NOW + timedelta(seconds=30), NOW + timedelta(seconds=60))) == {first}
        assert _due(connection, 600, queued=(NOW, NOW + timedelta(seconds=30))) == set()


def test_after_a_wipe_everything_outstanding_is_found_page_by_page(database: Database) -> None:
    """Whatever was lost with Redis goes back at once, without its wait."""
    with database.write() as connection:
        ids = _added(connection, 5)
        scans.mark_enqueued(connection, ids[:3], NOW)
        wiped = NOW + timedelta(seconds=1)
        seen: list[ScanId] = []
        while page := scans.outstanding(connection, wiped, 2):
            seen += [scan.id for scan in page]
            scans.mark_enqueued(connection, [scan.id for scan in page], wiped)
        assert seen == sorted(ids)


def test_a_scan_is_finished_once(database: Database) -> None:
    """Two workers with the same job: only one stores what it found."""
    with database.write() as connection:
        (scan_id,) = _added(connection, 1)
        scans.fail(connection, scan_id, "no\x00good")
        assert scans.finish(connection, [scan_id]) == {scan_id}
        assert not scans.finish(connection, [scan_id])
        assert scans.load(connection, [scan_id]) == ()


def test_loading_names_the_revision_and_leaves_out_the_finished(database: Database) -> None:
    """A late job does only what is still to be done."""
    with database.write() as connection:
        ids = _added(connection, 3)
        scans.mark_enqueued(connection, ids, NOW)
        scans.finish(connection, [ids[1]])
        loaded = scans.load(connection, ids)
    assert [(scan.id, scan.revision, scan.attempts, scan.created_at) for scan in loaded] == [
        (ids[0], 1, 1, NOW),
        (ids[2], 1, 1, NOW),
    ]


def test_marking_leaves_alone_what_a_worker_is_finishing(database: Database) -> None:
    """The reconciling tick never waits for a worker's transaction, nor brings it down."""
    if database.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with database.write() as connection:
        ids = _added(connection, 2)
    with database.write() as worker:
        scans.finish(worker, [ids[0]])
        with database.write() as connection:
            scans.mark_enqueued(connection, ids, NOW)
    with database.read() as connection:
        assert [scan.attempts for scan in scans.load(connection, ids)] == [1]


def test_the_backlog_says_how_much_and_since_when(database: Database) -> None:
    """`status` shows the oldest unprocessed article."""
    with database.write() as connection:
        assert scans.backlog(connection) == scans.Backlog(count=0, oldest=None)
        _added(connection, 2)
        assert scans.backlog(connection) == scans.Backlog(count=2, oldest=NOW)


def test_a_thousand_at_a_time(database: Database) -> None:
    """A large first poll is noted, marked and loaded whole."""
    with database.write() as connection:
        ids = _added(connection, 1200)
        assert len(ids) == 1200
        scans.mark_enqueued(connection, ids, NOW)
        assert len(scans.load(connection, ids)) == 1200
        assert scans.unqueued(connection, NOW, 5000) == ()
