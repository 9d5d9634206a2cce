"""What the sessions of the dashboard promise, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.storage import sessions
from monitor.storage.engine import Database

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
ONE, OTHER = b"1" * 32, b"2" * 32
DAY = timedelta(days=1)


def test_a_session_lasts_until_it_is_ended_or_runs_out(database: Database) -> None:
    """Others are not concerned."""
    with database.write() as connection:
        sessions.add(connection, ONE, now=NOW, expires_at=NOW + DAY)
        sessions.add(connection, OTHER, now=NOW, expires_at=NOW + 3 * DAY)
        assert sessions.exists(connection, ONE, NOW)
        assert not sessions.exists(connection, ONE, NOW + DAY)
        sessions.remove(connection, OTHER)
        assert not sessions.exists(connection, OTHER, NOW)
        assert sessions.exists(connection, ONE, NOW)
