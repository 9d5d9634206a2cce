"""From the outbox to the queue, over a real Valkey that goes away and comes back empty."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
import structlog

from monitor.broker import EmbeddedServer, connect, connect_producer
from monitor.broker.queues import DELIVER, DELIVER_JOB, JOB_TIMEOUT_S, SCAN, SCAN_JOB, SafeJob, SafeQueue, queue
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ArticleId, ScanId
from monitor.relay import Relay, hand_over, reconcile, scan_job_id
from monitor.storage import scans
from monitor.storage.engine import Database
from monitor.storage.tables import articles
from tests.waiting import until

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def connection(redis_url: str) -> Iterator[redis.Redis]:
    """A connection to an empty Valkey."""
    with connect(redis_url) as connection:
        yield connection


@pytest.fixture
def relay(redis_url: str) -> Iterator[Relay]:
    """A relay to an empty Valkey."""
    with connect_producer(redis_url) as connection:
        yield Relay(connection)


def _ids(count: int) -> list[ScanId]:
    return [ScanId(f"id-{number:04}") for number in range(count)]


def _jobs(connection: redis.Redis, name: str = SCAN) -> list[SafeJob]:
    return [SafeJob.fetch(job_id, connection=connection) for job_id in queue(name, connection).job_ids]  # type: ignore[misc]


def _outbox(database: Database, count: int, now: datetime = NOW) -> list[ScanId]:
    with database.write() as connection:
        names = [ArticleId(f"{now.timestamp()}-{number}") for number in range(count)]
        for name in names:
            connection.execute(
                articles.insert().values(
                    id=name, title="t", source="s", fetched_at=now, summary="", text="", tags=[], revision=1, content_hash=b"h", alertable=True
                )
            )  # fmt: skip
        return list(scans.add(connection, [(name, 1) for name in names], now).values())


def _take(connection: redis.Redis, name: str) -> str:
    """As a worker does that begins a job."""
    job_id = connection.lpop(queue(name, connection).key)
    assert isinstance(job_id, bytes)
    return job_id.decode()


def test_scans_travel_twenty_to_a_job(relay: Relay, connection: redis.Redis) -> None:
    """What a worker finds on the queue: our function, ids only, our limits, and no expiry."""
    assert relay.scan(_ids(50))
    jobs = _jobs(connection)
    assert [len(job.args[0]) for job in jobs] == [20, 20, 10]
    assert [scan_id for job in jobs for scan_id in job.args[0]] == _ids(50)
    assert {(job.func_name, job.timeout, job.result_ttl, job.failure_ttl, job.ttl) for job in jobs} == {
        (SCAN_JOB, JOB_TIMEOUT_S, 0, 60, None)
    }
    assert all(connection.ttl(job.key) == -1 for job in jobs)


def test_what_is_fresh_goes_first_and_each_fourth_job_is_the_oldest(relay: Relay, connection: redis.Redis) -> None:
    """A backlog delays nothing that comes after it, and is worked on all the same."""
    for number in range(20):
        assert relay.scan(_ids(20)[number : number + 1])
    waiting = queue(SCAN, connection)
    taken = [SafeQueue.dequeue_any([waiting], None, connection, job_class=SafeJob) for _ in range(12)]
    numbers = [int(found[0].args[0][0].removeprefix("id-")) for found in taken if found is not None]
    assert sorted(number for number in numbers if number < 10) == [0, 1, 2]
    assert [number for number in numbers if number >= 10] == list(range(19, 10, -1))


def test_the_same_work_is_queued_once_and_again_only_as_another_attempt(relay: Relay, connection: redis.Redis) -> None:
    """Two relays at once, or one after a lost answer, do no harm; a dead job does not block the next attempt."""
    for attempt in (0, 0, 1):
        assert relay.scan(_ids(3), attempt=attempt)
    assert [job.id for job in _jobs(connection)] == [scan_job_id(_ids(3), 1), scan_job_id(_ids(3), 0)]


def test_a_delivery_that_has_not_begun_is_enough(relay: Relay, connection: redis.Redis) -> None:
    """Pushing is free: a channel stands in the queue once, whatever its name."""
    names = ["desk", "Слак ✓", "a:b c\n", "desk"]
    assert all(relay.deliver(name) for name in names)
    jobs = _jobs(connection, DELIVER)
    assert [job.args[0] for job in jobs] == names[:3]
    assert {job.func_name for job in jobs} == {DELIVER_JOB}


def test_a_delivery_that_has_begun_is_followed_by_another(relay: Relay, connection: redis.Redis) -> None:
    """It may have looked already: an alert that comes now must not wait for the next tick."""
    relay.deliver("desk")
    first = _take(connection, DELIVER)
    relay.deliver("desk")
    relay.deliver("desk")
    (second,) = _jobs(connection, DELIVER)
    assert second.id != first
    connection.delete(SafeJob.key_for(first))
    _take(connection, DELIVER)
    relay.deliver("desk")
    assert len(_jobs(connection, DELIVER)) == 1


def test_without_redis_work_waits_and_the_operator_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage costs one try for each call, without a pause, and one line in the log; after it the relay works again by itself."""
    server = EmbeddedServer(tmp_path)
    server.start()
    relay = Relay(connect_producer(server.url))
    assert relay.scan(_ids(1))
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: server.poll() is not None)
    tried: list[object] = []
    to_connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        tried.append(address)
        to_connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    with structlog.testing.capture_logs() as logs:
        assert not any([relay.scan(_ids(2)), relay.deliver("desk"), relay.state(), relay.mark_filled()])
    assert [log["event"] for log in logs] == ["relay.failed"]
    assert 0 < len(tried) <= 4
    server.start()
    assert relay.state() is not None
    assert relay.scan(_ids(2))
    server.stop()


def test_a_full_redis_is_an_outage_too(relay: Relay, connection: redis.Redis) -> None:
    """Out of memory: nothing is half queued, nothing raised."""
    connection.config_set("maxmemory", "1mb")
    try:
        assert not relay.scan(_ids(100))
    finally:
        connection.config_set("maxmemory", "256mb")
    assert _jobs(connection) == []
    assert relay.scan(_ids(100))


def test_new_work_is_handed_over_and_left_alone(database: Database, relay: Relay, connection: redis.Redis) -> None:
    """From the commit to the queue at once; the reconciling tick has nothing to add."""
    ids = _outbox(database, 3)
    assert relay.mark_filled()
    assert hand_over(database, relay, ids, NOW)
    assert reconcile(database, relay, NOW + timedelta(seconds=1)) == 0
    assert [job.args[0] for job in _jobs(connection)] == [ids]


def test_work_that_was_never_handed_over_is_found(database: Database, relay: Relay, connection: redis.Redis) -> None:
    """The daemon died between the commit and the queue, or Redis was away: the next tick puts it there."""
    relay.mark_filled()
    ids = _outbox(database, 60)
    assert reconcile(database, relay, NOW) == 60
    assert [scan_id for job in _jobs(connection) for scan_id in job.args[0]] == sorted(ids)
    assert reconcile(database, relay, NOW) == 0


def test_a_queue_that_stands_is_not_filled_again(database: Database, relay: Relay, connection: redis.Redis) -> None:
    """Slow workers: what still waits in the queue is not repeated; what was taken from it and not finished is."""
    relay.mark_filled()
    now = SYSTEM_CLOCK.now()
    first = _outbox(database, 2, now - timedelta(seconds=60))
    hand_over(database, relay, first, now - timedelta(seconds=60))
    second = _outbox(database, 2, now)
    hand_over(database, relay, second, now)
    assert reconcile(database, relay, now + timedelta(seconds=300)) == 2, "older than what stands at the head: lost"
    _take(connection, SCAN)
    queued = [job.args[0] for job in _jobs(connection)]
    assert queued == [second, first]


def test_after_a_wipe_everything_outstanding_is_queued_at_once(database: Database, relay: Relay, connection: redis.Redis) -> None:
    """FLUSHALL, or a Redis that came back empty: no wait, whatever was tried before."""
    relay.mark_filled()
    ids = _outbox(database, 1100)
    for _ in range(3):
        hand_over(database, relay, ids, NOW)
    with database.write() as transaction:
        assert scans.finish(transaction, ids[:1])
    connection.flushall()
    assert reconcile(database, relay, NOW + timedelta(milliseconds=1)) == 1099
    assert sorted(scan_id for job in _jobs(connection) for scan_id in job.args[0]) == sorted(ids[1:])
    with database.read() as transaction:
        assert {scan.attempts for scan in scans.load(transaction, ids)} == {3}, "the loss is no fault of theirs"
    assert reconcile(database, relay, NOW + timedelta(milliseconds=2)) == 0


def test_an_outage_in_the_middle_is_finished_later(database: Database, tmp_path: Path) -> None:
    """Without Redis the tick does nothing and says so; afterwards everything is there once."""
    server = EmbeddedServer(tmp_path / "broker")
    relay = Relay(connect_producer("unix:///nonexistent"))
    ids = _outbox(database, 5)
    assert not hand_over(database, relay, ids, NOW)
    assert reconcile(database, relay, NOW) == 0
    server.start()
    relay = Relay(connect_producer(server.url))
    assert reconcile(database, relay, NOW) == 5
    with connect(server.url) as connection:
        assert [job.args[0] for job in _jobs(connection)] == [ids]
    server.stop()


def test_work_that_fails_again_and_again_travels_alone(database: Database, relay: Relay, connection: redis.Redis) -> None:
    """An article that brings its worker down does not take nineteen others with it for ever."""
    relay.mark_filled()
    _outbox(database, 20)
    now, sizes = NOW, []
    for _ in range(4):
        assert reconcile(database, relay, now) == 20
        sizes.append(max(len(job.args[0]) for job in _jobs(connection)))
        connection.delete(queue(SCAN, connection).key)
        now += timedelta(seconds=64)
    assert sizes == [20, 20, 10, 1]
