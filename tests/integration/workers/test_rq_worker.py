"""A worker process on a real queue: it finishes what it began, and outlives whatever happens to Redis while it is idle."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from rq.job import Job

from monitor.broker import EmbeddedServer, connect
from monitor.broker.queues import SCAN, SafeJob, queue
from monitor.relay import Relay
from tests.integration.workers.jobs_for_tests import FAIL, HELD, NOTE, OpenJob
from tests.waiting import gone, until

Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def connection(redis_url: str) -> Iterator[redis.Redis]:
    """A connection to an empty Valkey."""
    with connect(redis_url) as connection:
        yield connection


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a worker on the queue `scan` at a Redis URL; all are ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(url: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "log").open("ab") as log:
            argv = [sys.executable, "-m", "tests.integration.workers.jobs_for_tests", SCAN, url, str(tmp_path)]
            started.append(subprocess.Popen(argv, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def _push(connection: redis.Redis, function: str, path: Path, job_id: str = "j1") -> None:
    on = queue(SCAN, connection)
    on.enqueue_job(OpenJob.make(job_id, function, str(path), queue=on))


def _events(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "log").read_text("utf-8").splitlines()]


def test_it_does_one_job_after_the_other_in_one_process(
    redis_url: str, connection: redis.Redis, start: Start, tmp_path: Path
) -> None:
    """What `on_start` built is there for every job, and nothing stays behind in Redis."""
    worker = start(redis_url)
    for number in range(5):
        _push(connection, NOTE, tmp_path / f"n{number}", f"j{number}")
    until(
        lambda: all((tmp_path / f"n{number}").exists() for number in range(5))
    )  # each fourth job is taken from the queue's other end
    pids = {(tmp_path / name).read_text("utf-8") for name in ("started", "n0", "n1", "n2", "n3", "n4")}
    assert pids == {str(worker.pid)}
    until(lambda: not connection.keys("rq:job:*"))


def test_sigterm_finishes_the_job_at_hand(redis_url: str, connection: redis.Redis, start: Start, tmp_path: Path) -> None:
    """A stop in the middle of a job: the job ends, then the worker, in good order; the next job is left for others."""
    worker = start(redis_url)
    _push(connection, HELD, tmp_path / "a", "j1")
    _push(connection, HELD, tmp_path / "b", "j2")
    until((tmp_path / "a.begun").exists)
    worker.send_signal(signal.SIGTERM)
    (tmp_path / "a.go").touch()
    assert worker.wait(10) == 0
    assert (tmp_path / "a.ended").exists()
    assert (tmp_path / "stopped").exists()
    assert not (tmp_path / "b.begun").exists()
    assert queue(SCAN, connection).job_ids == ["j2"]


def test_an_idle_worker_stops_at_once(redis_url: str, start: Start, tmp_path: Path, connection: redis.Redis) -> None:
    """Nobody waits for a worker that has nothing to do."""
    worker = start(redis_url)
    until(lambda: connection.keys("rq:worker:*"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0
    assert (tmp_path / "stopped").exists()


def test_after_a_kill_in_the_middle_of_a_job_the_queue_goes_on(
    redis_url: str, connection: redis.Redis, start: Start, tmp_path: Path
) -> None:
    """Kill -9: the next attempt, under another id, is not blocked by what the dead worker left."""
    worker = start(redis_url)
    _push(connection, HELD, tmp_path / "a", "work-0")
    until((tmp_path / "a.begun").exists)
    worker.kill()
    worker.wait()
    (tmp_path / "a.go").touch()
    start(redis_url)
    _push(connection, HELD, tmp_path / "a", "work-1")
    until((tmp_path / "a.ended").exists)


def test_an_idle_worker_outlives_a_restart_of_redis(start: Start, tmp_path: Path) -> None:
    """Kill -9 of the server: the same process takes the next job."""
    server = EmbeddedServer(tmp_path / "data")
    server.start()
    worker = start(server.url)
    with connect(server.url) as connection:
        until(lambda: connection.keys("rq:worker:*"))
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: server.poll() is not None)
    server.start()
    with connect(server.url) as connection:
        _push(connection, NOTE, tmp_path / "done")
        until((tmp_path / "done").exists)
    assert (tmp_path / "done").read_text("utf-8") == str(worker.pid)
    server.stop()


def test_it_waits_for_a_redis_that_is_not_there_yet(start: Start, tmp_path: Path) -> None:
    """The order in which machines come up does not matter; the operator is told once. Meanwhile it works from the database."""
    server = EmbeddedServer(tmp_path / "data")
    worker = start(server.url)
    until(lambda: [event for event in _events(tmp_path) if event["event"] == "queue.trouble"])
    until((tmp_path / "direct").exists)
    server.start()
    with connect(server.url) as connection:
        _push(connection, NOTE, tmp_path / "done")
        until((tmp_path / "done").exists)
    assert worker.poll() is None
    assert len([event for event in _events(tmp_path) if event["event"] == "queue.trouble"]) == 1
    server.stop()


def test_a_wiped_redis_does_not_stop_it(redis_url: str, connection: redis.Redis, start: Start, tmp_path: Path) -> None:
    """FLUSHALL in the middle of a job and while idle: the worker goes on."""
    start(redis_url)
    _push(connection, HELD, tmp_path / "a")
    until((tmp_path / "a.begun").exists)
    connection.flushall()
    (tmp_path / "a.go").touch()
    until((tmp_path / "a.ended").exists)
    connection.flushall()
    _push(connection, NOTE, tmp_path / "next", "j2")
    until((tmp_path / "next").exists)


def test_a_redis_that_refuses_writes_is_gone_round(start: Start, tmp_path: Path) -> None:
    """A full server answers, but takes nothing: the worker works from the database, and goes back to the queue when there is room."""
    server = EmbeddedServer(tmp_path / "data")
    server.start()
    start(server.url)
    with connect(server.url) as connection:
        _push(connection, NOTE, tmp_path / "first")
        until((tmp_path / "first").exists)
        connection.config_set("maxmemory", "1")
        until(lambda: [event for event in _events(tmp_path) if "refuses writes" in event.get("message", "")])
        (tmp_path / "direct").unlink(missing_ok=True)
        until((tmp_path / "direct").exists)
        connection.config_set("maxmemory", "0")
        _push(connection, NOTE, tmp_path / "second", "j2")
        until((tmp_path / "second").exists)
    server.stop()


class _Opens:
    """A pickle that creates a file when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


def test_jobs_that_are_not_ours_do_not_run_and_do_not_stop_it(
    redis_url: str, connection: redis.Redis, start: Start, tmp_path: Path
) -> None:
    """Whoever can write to Redis can neither run code here nor bring the workers down."""
    trap, on = tmp_path / "ran", queue(SCAN, connection)
    poison = pickle.dumps(_Opens(trap))
    on.enqueue_job(Job.create("os.system", args=[f"touch {trap}"], id="p1", connection=connection, serializer="json"))
    on.enqueue_job(Job.create("os.system", args=[f"touch {trap}"], id="p2", connection=connection))
    connection.hset("rq:job:p3", mapping={"data": poison, "meta": poison, "status": "queued"})
    connection.hset("rq:job:p4", mapping={"data": b"[]", "status": "evil", "timeout": "x"})
    connection.rpush(on.key, "p3", "p4", "no such:job", "no-such-job")
    connection.zadd("rq:wip:scan", {"p3:x": 1, "p4:x": 1})
    connection.rpush(f"{on.key}:intermediate", "p3", "p4")
    connection.sadd("rq:groups", "g")
    connection.sadd("rq:group:g", "p3")
    worker = start(redis_url)
    _push(connection, NOTE, tmp_path / "done", "good")
    until((tmp_path / "done").exists)
    assert (tmp_path / "done").read_text("utf-8") == str(worker.pid)
    assert not trap.exists()
    refused = {event["job"] for event in _events(tmp_path) if event["event"] == "job.refused"}
    assert {"p1", "p2", "p3", "p4", "no such:job"} <= refused
    assert not [event for event in _events(tmp_path) if event["event"] == "queue.trouble"]


def test_a_failing_job_is_told_and_the_next_one_runs(redis_url: str, connection: redis.Redis, start: Start, tmp_path: Path) -> None:
    """A bug in a job is one line in the log, with the place, and no reason to stop."""
    start(redis_url)
    _push(connection, FAIL, tmp_path / "x", "bad")
    _push(connection, NOTE, tmp_path / "done", "good")
    until((tmp_path / "done").exists)
    (event,) = _events(tmp_path)
    assert (event["event"], event["job"], event["queue"]) == ("job.failed", "bad", SCAN)
    assert event["error"].startswith("ValueError: no luck with ")
    assert "jobs_for_tests.py" in event["where"]


def test_a_cleaning_lock_left_by_a_killed_worker_is_short(
    redis_url: str, connection: redis.Redis, start: Start, tmp_path: Path
) -> None:
    """A worker killed while cleaning up stops the cleaning for half a minute, not for a quarter of an hour."""
    on = queue(SCAN, connection)
    assert on.acquire_maintenance_lock()
    assert not on.acquire_maintenance_lock()
    assert 0 < connection.ttl(on.registry_cleaning_key) <= 30
    start(redis_url)
    _push(connection, NOTE, tmp_path / "done")
    until((tmp_path / "done").exists)


def test_a_worker_ends_with_its_parent(redis_url: str, connection: redis.Redis, tmp_path: Path) -> None:
    """Kill -9 of the daemon leaves no worker behind."""
    script = (
        "import sys, signal; from monitor.daemon.processes import spawn; print(spawn(sys.argv[1:]).pid, flush=True); signal.pause()"
    )
    worker = [sys.executable, "-m", "tests.integration.workers.jobs_for_tests", SCAN, redis_url, str(tmp_path)]
    with subprocess.Popen([sys.executable, "-c", script, *worker], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        until(lambda: connection.keys("rq:worker:*"))
        parent.kill()
    until(lambda: gone(pid))


def test_the_relay_and_the_worker_agree_on_the_jobs(redis_url: str, connection: redis.Redis) -> None:
    """What the relay pushes is what the real workers let pass, and nothing else is."""
    assert Relay(connection).deliver("desk")
    (job_id,) = queue("deliver", connection).job_ids
    assert SafeJob.fetch(job_id, connection=connection).func_name in SafeJob.functions
    assert SafeJob.functions == {"workers.jobs.scan", "workers.jobs.deliver"}
