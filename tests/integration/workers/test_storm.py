"""Kills, wipes and a lost data directory while work is under way: the database ends empty of work, each piece done once."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor import relay as relay_module
from monitor.broker import EmbeddedServer, connect, connect_producer
from monitor.daemon.supervisor import ChildSpec, Ended, Supervisor
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ArticleId, ScanId
from monitor.relay import Relay, reconcile
from monitor.storage import scans
from monitor.storage.engine import Database
from monitor.storage.tables import articles
from tests.integration.workers.jobs_for_tests import SCAN_FOR_TESTS
from tests.waiting import children

COUNT = 600


def strike_off(ids: list[ScanId]) -> None:
    """A scan job in small: finish each scan and count it, in one transaction."""
    database = Database(os.environ["DATABASE_URL"])
    with database.write() as connection:
        waiting = scans.load(connection, ids)
        finished = scans.finish(connection, [scan.id for scan in waiting])
        for scan in waiting:
            if scan.id in finished:
                connection.execute(
                    articles.update().where(articles.c.id == scan.article_id).values(revision=articles.c.revision + 1)
                )
    database.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of this test's own."""
    server = EmbeddedServer(tmp_path / "data")
    server.start()
    yield server
    server.stop()


def _outbox(database: Database) -> None:
    now = SYSTEM_CLOCK.now()
    with database.write() as connection:
        row = {"title": "t", "source": "s", "fetched_at": now, "summary": "", "text": "", "tags": [], "content_hash": b"h"}
        names = [ArticleId(f"a{number}") for number in range(COUNT)]
        connection.execute(articles.insert(), [{**row, "id": name, "revision": 1, "alertable": True} for name in names])
        scans.add(connection, [(name, 1) for name in names], now)


def _kill_worker() -> None:
    for worker in children(os.getpid(), "jobs_for_tests")[:1]:
        worker.kill()


def _kill_server(server: EmbeddedServer, *, wipe: bool) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    if wipe:
        shutil.rmtree(server._directory / "appendonlydir")


def _flush(server: EmbeddedServer) -> None:
    with connect(server.url) as connection:
        connection.flushall()


@pytest.mark.timeout(60)
def test_nothing_is_lost_and_nothing_done_twice(
    database: Database, server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers, one queue, and five blows while they work."""
    monkeypatch.setattr(relay_module, "SCAN_JOB", SCAN_FOR_TESTS)
    monkeypatch.setattr(relay_module, "_BATCH_AFTER", (4, 4, 4, 4))
    _outbox(database)
    relay = Relay(connect_producer(server.url))
    blows: list[tuple[int, Callable[[], None]]] = [
        (550, _kill_worker),
        (450, lambda: _flush(server)),
        (350, lambda: _kill_server(server, wipe=False)),
        (250, _kill_worker),
        (150, lambda: _kill_server(server, wipe=True)),
    ]

    def done() -> bool:
        reconcile(database, relay, SYSTEM_CLOCK.now())
        with database.read() as connection:
            left = scans.backlog(connection).count
        if blows and left < blows[0][0]:
            blows.pop(0)[1]()
        return left == 0

    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    worker = ChildSpec(
        name="worker",
        argv=(sys.executable, "-m", "tests.integration.workers.jobs_for_tests", "scan", server.url, str(tmp_path)),
        env={"DATABASE_URL": url},
    )
    with Supervisor([worker, worker], server=server) as supervisor:
        assert supervisor.wait_until(done, every_s=0.05) == Ended.CONDITION
    assert not blows
    with database.read() as connection:
        counted = connection.execute(select(articles.c.revision, func.count()).group_by(articles.c.revision)).all()
    assert [tuple(row) for row in counted] == [(2, COUNT)]


def test_redis_errors_are_outages(server: EmbeddedServer) -> None:
    """Whatever Redis answers, a relay never raises. A key of ours that holds something else is deleted, and all counts as lost."""
    with connect(server.url) as connection:
        relay = Relay(connection)
        assert relay.mark_filled()
        connection.set("rq:queue:scan", "not a list")
        connection.set("rq:queue:of-somebody-else", "no business of ours")
        assert not relay.scan([ScanId("a")])
        state = relay.state()
        assert state is not None
        assert state.wiped
        assert relay.scan([ScanId("a")])
        assert connection.llen("rq:queue:scan") == 1
        assert connection.get("rq:queue:of-somebody-else")
