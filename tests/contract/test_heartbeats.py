"""Who is alive, as the database knows it."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from monitor.daemon.heartbeat import ALIVE_WITHIN, Heartbeat
from monitor.daemon.step_beats import StepBeats
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.step_beat import StepBeat
from monitor.storage import heartbeats
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.waiting import until

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _alive(database: Database, now: datetime | None = None) -> list[str]:
    with database.read() as connection:
        return [beat.role for beat in heartbeats.alive(connection, now or SYSTEM_CLOCK.now(), ALIVE_WITHIN)]


def test_a_silent_process_counts_as_dead(database: Database) -> None:
    """What was killed is no longer alive after some seconds; what beats stays, once."""
    with database.write() as connection:
        for name, role in (("1", "worker"), ("2", "scheduler")):
            heartbeats.beat(connection, name, role, "host", 7, NOW, NOW)
        heartbeats.beat(connection, "1", "worker", "host", 7, NOW, NOW + timedelta(seconds=10))
    assert _alive(database, NOW + timedelta(seconds=10)) == ["scheduler", "worker"]
    assert _alive(database, NOW + timedelta(seconds=20)) == ["worker"]
    with database.write() as connection:
        (beat,) = heartbeats.alive(connection, NOW + timedelta(seconds=20), ALIVE_WITHIN)
        assert (beat.host, beat.pid, beat.started_at, beat.beat_at) == ("host", 7, NOW, NOW + timedelta(seconds=10))
        assert heartbeats.forget(connection, NOW + timedelta(seconds=1)) == 1
        heartbeats.remove(connection, "1")
    assert _alive(database, NOW) == []


def test_what_the_steps_of_a_process_do_is_stored(database: Database) -> None:
    """Others see when each step last came to its end and why it failed, and whether work goes round Redis."""
    beats = StepBeats(now=lambda: NOW)
    beats.expect("relay", every_s=1)
    beats.beat("relay", OSError("no route"))
    beats.redis_bypassed = True
    with Heartbeat(database, "scan", beats, interval_s=0.05):
        until(lambda: _alive(database) == ["scan"])
        with database.read() as connection:
            (beat,) = heartbeats.alive(connection, SYSTEM_CLOCK.now(), ALIVE_WITHIN)
    assert beat.redis_bypassed
    assert beat.steps == {"relay": StepBeat(at=NOW, every_s=1, error="no route")}


def test_a_process_is_alive_while_it_works_and_gone_when_it_ends(database: Database) -> None:
    """`status` sees a process at once, and no longer once it has ended in good order."""
    with Heartbeat(database, "worker", interval_s=0.05):
        until(lambda: _alive(database) == ["worker"])
        with database.read() as connection:
            (first,) = heartbeats.alive(connection, SYSTEM_CLOCK.now(), ALIVE_WITHIN)
        assert first.pid == os.getpid()

        def beaten() -> bool:
            with database.read() as connection:
                (beat,) = heartbeats.alive(connection, SYSTEM_CLOCK.now(), ALIVE_WITHIN)
                return beat.beat_at > first.beat_at

        until(beaten)
    assert _alive(database) == []


def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """An outage is one line in the log, and the process goes on."""
    folder = tmp_path / "later"
    database = Database(sqlite_url(folder / "news.db"))
    with structlog.testing.capture_logs() as logs, Heartbeat(database, "web", interval_s=0.02):
        until(lambda: logs)
        folder.mkdir()
        with database.write() as connection:
            metadata.create_all(connection)
        until(lambda: _alive(database) == ["web"])
    assert logs[0]["event"] == "tick.failed"
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]
    database.close()
