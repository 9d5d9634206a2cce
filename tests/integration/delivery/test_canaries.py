"""A canary goes from its feed to our own receiver, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.broker import connect_producer
from monitor.domain.canary import CANARY_ADDRESS, CANARY_CHANNEL
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import DatabaseDamaged, DatabaseUnwritable
from monitor.maintenance.send_canary import canary_fault, send_if_due
from monitor.relay import Relay
from monitor.settings.model import Settings
from monitor.storage import canary_progress, deliveries, probes, scans
from monitor.storage.engine import Database, check_file, sqlite_url
from monitor.storage.tables import metadata
from workers.delivery.canary_receiver import CanaryReceiver
from workers.delivery.dispatcher import Dispatcher
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan_canary import is_canary, scan_canaries


def test_all_the_way(database: Database, redis_url: str) -> None:
    """Stored, scanned, delivered over HTTP and stored as received; no article, alert or list shows it."""
    began, settings = SYSTEM_CLOCK.now(), Settings()
    with connect_producer(redis_url) as redis:
        assert send_if_due(database, Relay(redis), settings, began)
        assert not send_if_due(database, Relay(redis), settings, began)
    with database.read() as connection:
        waiting = [scan.id for scan in scans.outstanding(connection, SYSTEM_CLOCK.now(), 9)]
    tasks = load_tasks(database, waiting)
    assert [is_canary(task) for task in tasks] == [True]
    assert tasks[0].article.feed_url == CANARY_ADDRESS
    for _ in range(2):
        scan_canaries(database, CompiledSettings.build(settings), tasks, now=SYSTEM_CLOCK.now())
    receiver = CanaryReceiver(database)
    dispatcher = Dispatcher(database, lambda: {CANARY_CHANNEL: receiver.channel})
    dispatcher.drain(CANARY_CHANNEL).result(20)
    assert dispatcher.close()
    receiver.close()
    with database.read() as connection:
        state = canary_progress.state(connection)
        assert state.stored is not None
        assert state.received is not None
        assert state.received.round_id == state.stored.round_id
        assert canary_fault(connection, settings, started_at=began, now=SYSTEM_CLOCK.now()) is None
        assert canary_progress.underway(connection) == 0
        assert sum(deliveries.counts(connection).values()) == 0


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    """Found at the start, wherever the damage is."""
    file = tmp_path / "news.db"
    database = Database(sqlite_url(file))
    with database.write() as connection:
        metadata.create_all(connection)
        for n in range(200):
            probes.record(connection, f"p{n}", {"padding": "x" * 2000}, SYSTEM_CLOCK.now())
    check_file(database, within_s=5)
    database.close()
    whole = file.read_bytes()
    for broken in (b"\x00" * 200 + whole[200:], whole[: len(whole) // 2], whole[:8192] + b"\xff" * 40960 + whole[49152:]):
        file.write_bytes(broken)
        again = Database(sqlite_url(file))
        with pytest.raises(DatabaseDamaged, match=r"news\.db is damaged: .*\n.*backup"):
            check_file(again, within_s=5)
        again.close()


def test_a_read_only_file_is_told_apart_from_one_that_is_away(tmp_path: Path) -> None:
    """It answers, so nothing is lost by waiting."""
    file = tmp_path / "news.db"
    database = Database(sqlite_url(file))
    with database.write() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(DatabaseUnwritable) as refused:
        _record(database)
    assert not refused.value.full
    database.close()


def _record(database: Database) -> None:
    with database.write() as connection:
        probes.record(connection, "p", {}, SYSTEM_CLOCK.now())
