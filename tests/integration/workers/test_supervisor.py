"""Whatever is killed comes back; whatever is stopped stops in order; nothing is ever left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import structlog

from monitor.broker import EmbeddedServer, connect, embedded, ping
from monitor.broker.queues import SCAN, queue
from monitor.daemon import managed_process
from monitor.daemon import supervisor as supervising
from monitor.daemon.supervisor import ChildSpec, Ended, Supervisor
from monitor.domain.errors import ServiceUnavailable
from tests.integration.workers.jobs_for_tests import HELD, NOTE, OpenJob
from tests.waiting import children, gone, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A running daemon and where it leaves its traces."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str
    server: int

    def events(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in (self.folder / "log").read_text("utf-8").splitlines()]

    def exited(self, name: str) -> list[dict[str, Any]]:
        """The ends of one child."""
        return [event for event in self.events() if event["event"] == "process.exited" and event["process"] == name]

    def order(self) -> list[str]:
        """What the plain children noted."""
        return (self.folder / "order").read_text("utf-8").splitlines() if (self.folder / "order").exists() else []

    def children(self) -> list[psutil.Process]:
        """Its processes."""
        return psutil.Process(self.process.pid).children()

    def workers(self) -> set[int]:
        """The processes of its workers."""
        return {child.pid for name in ("jobs_for_tests", "news-monitor: worker-") for child in children(self.process.pid, name)}

    def up(self) -> bool:
        """Whether its Redis answers."""
        with connect(self.url) as connection:
            try:
                ping(connection)
            except ServiceUnavailable:
                return False
            return True

    def push(self, function: str, path: Path, job_id: str) -> None:
        """Put a job on the queue."""
        with connect(self.url) as connection:
            on = queue(SCAN, connection)
            on.enqueue_job(OpenJob.make(job_id, function, str(path), queue=on))

    def stop(self, number: signal.Signals, within_s: float = 40.0) -> str:
        """Signal it; what it says about its end."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=within_s)
        return out.decode()


@contextlib.contextmanager
def running(folder: Path, start: str, *, grace_s: float = 100.0) -> Iterator[Daemon]:
    """A daemon whose processes are all up."""
    with (folder / "log").open("wb") as log:
        argv = [sys.executable, "-m", "tests.integration.workers.daemon_for_tests", str(folder), start, str(grace_s)]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log)
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    daemon = Daemon(process=process, folder=folder, url=said["url"], server=said["server"])
    with connect(daemon.url) as connection:
        until(lambda: len(daemon.order()) == 2 and len(connection.keys("rq:worker:*")) == 2)
    left = [child.pid for child in daemon.children()]
    try:
        yield daemon
    finally:
        process.kill()
        process.communicate()
    until(lambda: all(gone(pid) for pid in left))


@pytest.fixture(params=["run", "fork"])
def start(request: pytest.FixtureRequest) -> str:
    """How the children are started: as commands, or forked."""
    return str(request.param)


@pytest.fixture
def daemon(tmp_path: Path, start: str) -> Iterator[Daemon]:
    """A daemon whose processes are all up."""
    with running(tmp_path, start) as daemon:
        yield daemon


def test_a_killed_worker_is_replaced_and_its_queue_goes_on(daemon: Daemon, tmp_path: Path) -> None:
    """Kill -9 in the middle of a job: the log says so, and another process takes the next attempt."""
    daemon.push(HELD, tmp_path / "a", "work-0")
    until((tmp_path / "a.begun").exists)
    victim = int((tmp_path / "a.begun").read_text("utf-8"))
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(daemon.workers() - {victim}) == 2)
    ended = daemon.exited("worker-0") + daemon.exited("worker-1")
    assert [event["status"] for event in ended] == ["SIGKILL"]
    (tmp_path / "a.go").touch()
    daemon.push(HELD, tmp_path / "a", "work-1")
    until((tmp_path / "a.ended").exists)


def test_a_killed_server_is_replaced_with_all_it_held(daemon: Daemon, tmp_path: Path) -> None:
    """Kill -9 of Valkey: the same address, the same jobs, the same workers."""
    workers = daemon.workers()
    os.kill(daemon.server, signal.SIGKILL)
    until(lambda: daemon.exited("valkey") and daemon.up())
    daemon.push(NOTE, tmp_path / "done", "j1")
    until((tmp_path / "done").exists)
    assert daemon.workers() == workers


def test_a_server_killed_in_the_middle_of_a_job(daemon: Daemon, tmp_path: Path) -> None:
    """The job ends, whoever must be started again is, and the queue goes on."""
    daemon.push(HELD, tmp_path / "a", "j1")
    until((tmp_path / "a.begun").exists)
    os.kill(daemon.server, signal.SIGKILL)
    (tmp_path / "a.go").touch()
    until((tmp_path / "a.ended").exists)
    until(lambda: daemon.exited("valkey") and daemon.up())
    daemon.push(NOTE, tmp_path / "done", "j2")
    until((tmp_path / "done").exists)


def test_the_children_end_with_a_killed_parent(daemon: Daemon) -> None:
    """Kill -9 of the daemon: no orphan, not even the server."""
    pids = [child.pid for child in daemon.children()]
    assert len(pids) == 5
    daemon.process.kill()
    daemon.process.wait()
    until(lambda: all(gone(pid) for pid in pids))


def test_sigterm_stops_everything_in_order(daemon: Daemon, tmp_path: Path) -> None:
    """First who brings work, then who does it, which finishes what it has begun; then the server."""
    daemon.push(HELD, tmp_path / "a", "j1")
    until((tmp_path / "a.begun").exists)
    daemon.process.send_signal(signal.SIGTERM)
    until(lambda: daemon.order()[-1] == "scheduler stopping")
    (tmp_path / "a.go").touch()
    assert daemon.stop(signal.SIGCONT) == Ended.TERMINATED
    assert (tmp_path / "a.ended").exists()
    assert [line for line in daemon.order() if "stopping" in line] == ["web stopping", "scheduler stopping"]
    assert not daemon.exited("valkey")
    assert not daemon.exited("web")


def test_ctrl_c_reaches_only_the_parent(daemon: Daemon) -> None:
    """Children run in sessions of their own, so a terminal cannot end them out of order; the parent ends them all."""
    assert all(os.getsid(child.pid) == child.pid for child in daemon.children())
    assert daemon.stop(signal.SIGINT) == Ended.INTERRUPTED


def test_a_child_that_does_not_listen_is_killed_after_the_grace(tmp_path: Path, start: str) -> None:
    """A stop takes bounded time."""
    (tmp_path / "deaf").touch()
    with running(tmp_path, start, grace_s=0.2) as daemon:
        assert daemon.stop(signal.SIGTERM) == Ended.TERMINATED


def test_a_child_has_all_of_the_grace_to_end_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lives until as much time has passed as was granted, and no longer."""
    child = ChildSpec(name="web", argv=("/bin/sh", "-c", f"trap '' TERM; touch {tmp_path / 'up'}; exec sleep 100"))
    now, waits = 1000.0, list[tuple[float, bool]]()

    def sleep(supervisor: Supervisor, seconds: float) -> None:
        nonlocal now
        waits.append((seconds, supervisor._children[0].alive))
        now += seconds / 2

    with Supervisor([child], grace_s=8) as supervisor:
        assert supervisor.wait_until((tmp_path / "up").exists) == Ended.CONDITION
        monkeypatch.setattr(supervising, "time", SimpleNamespace(monotonic=lambda: round(now, 3)))
        monkeypatch.setattr(Supervisor, "_sleep", sleep)
    assert waits[:3] == [(8.0, True), (4.0, True), (2.0, True)]
    assert all(alive for _, alive in waits)
    assert now == pytest.approx(1008.0, abs=0.01)
    assert not supervisor._children[0].alive


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path, start: str) -> None:
    """Whoever presses it twice does not want to wait for the grace."""
    (tmp_path / "deaf").touch()
    with running(tmp_path, start, grace_s=100.0) as daemon:
        daemon.process.send_signal(signal.SIGINT)
        until(lambda: "web stopping" in daemon.order())
        assert daemon.stop(signal.SIGINT) == Ended.INTERRUPTED


def test_what_ends_at_once_is_started_ever_more_slowly(tmp_path: Path) -> None:
    """A broken program does not eat the machine, and is tried again at once the first time."""
    runs = tmp_path / "runs"
    child = ChildSpec(name="web", argv=("/bin/sh", "-c", f"echo x >> {runs}; exit 7"))
    with structlog.testing.capture_logs() as logs, Supervisor([child]) as supervisor:
        assert supervisor.wait_until(lambda: len(logs) >= 4) == Ended.CONDITION
    assert [log["again_in_s"] for log in logs[:4]] == [0.0, 0.1, 0.2, 0.4]
    assert {(log["event"], log["process"], log["status"]) for log in logs[:4]} == {("process.exited", "web", 7)}


def test_a_program_that_is_not_there_is_told_and_the_others_run(tmp_path: Path) -> None:
    """One broken role does not bring the rest down."""
    other = ChildSpec(name="scheduler", argv=("/bin/sh", "-c", f"touch {tmp_path / 'up'}; sleep 100"))
    with structlog.testing.capture_logs() as logs:
        with Supervisor([ChildSpec(name="web", argv=("/nonexistent/program",)), other]) as supervisor:
            assert supervisor.wait_until((tmp_path / "up").exists) == Ended.CONDITION
        assert "No such file" in logs[0]["error"]


def test_a_server_that_cannot_come_back_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full for a while: the children go on, the server returns when it can."""
    server = EmbeddedServer(tmp_path / "data")
    server.start()
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    broken.chmod(0o700)
    pid = server.pid
    assert pid is not None
    with structlog.testing.capture_logs() as logs, Supervisor([], server=server) as supervisor:
        with monkeypatch.context() as patched:
            patched.setenv("PATH", str(tmp_path), prepend=os.pathsep)
            os.kill(pid, signal.SIGKILL)
            assert supervisor.wait_until(lambda: len(logs) >= 3) == Ended.CONDITION
        assert supervisor.wait_until(lambda: server.poll() is None and server.pid is not None) == Ended.CONDITION
    assert logs[0]["status"] == "SIGKILL"
    assert "status 1" in logs[1]["error"]


def test_a_child_that_falls_silent_is_killed_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was heard of, then it is stopped as a whole: nothing ends by itself, so the supervisor ends it. One that was never heard of stays."""
    monkeypatch.setattr(supervising, "_LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(managed_process, "SILENT_AFTER_S", 0.5)
    pids, quiet = tmp_path / "pids", tmp_path / "quiet"
    beating = f"echo $$ >> {pids}; while :; do eval 'echo . >&'$NEWS_MONITOR_PULSE; sleep 0.05; done"
    children = [
        ChildSpec(name="web", argv=("/bin/bash", "-c", beating)),
        ChildSpec(name="scan-1", argv=("/bin/sh", "-c", f"echo $$ >> {quiet}; sleep 100")),
    ]

    def started() -> list[int]:
        return [int(line) for line in pids.read_text("utf-8").split()] if pids.exists() else []

    with structlog.testing.capture_logs() as logs, Supervisor(children) as supervisor:
        assert supervisor.wait_until(lambda: supervisor._children[0].well, every_s=0.02) == Ended.CONDITION
        os.kill(started()[0], signal.SIGSTOP)
        assert supervisor.wait_until(lambda: len(started()) == 2, every_s=0.02) == Ended.CONDITION
    assert [log["process"] for log in logs if log["event"] == "process.hung"] == ["web"]
    assert len(quiet.read_text("utf-8").split()) == 1


def test_a_server_that_hangs_is_killed_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped Valkey answers nobody and does not end; so does one that was made the replica of another, which takes no writes."""
    monkeypatch.setattr(supervising, "_LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(managed_process, "_PING_EVERY_S", 0.02)
    monkeypatch.setattr(embedded, "_PING_S", 0.2)
    server = EmbeddedServer(tmp_path / "data")
    server.start()
    with structlog.testing.capture_logs() as logs, Supervisor([], server=server) as supervisor:
        for reason in ("it does not answer", "it refuses writes"):
            pid = server.pid
            assert pid is not None
            if reason == "it does not answer":
                os.kill(pid, signal.SIGSTOP)
            else:
                with connect(server.url) as connection:
                    connection.execute_command("REPLICAOF", "127.0.0.1", "1")

            def replaced(old: int = pid) -> bool:
                return server.pid not in {None, old} and server.answers()

            assert supervisor.wait_until(replaced, every_s=0.02) == Ended.CONDITION
            assert server.takes_writes()
            assert [log["reason"] for log in logs if log["event"] == "process.hung"][-1] == reason
