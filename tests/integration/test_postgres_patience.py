"""No wait for PostgreSQL is endless."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from monitor.domain.errors import ServiceUnavailable
from monitor.storage.engine import Database
from monitor.storage.postgres_engine import BoundedConnection, take_time


def test_an_answer_that_does_not_come_is_given_up(postgres_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is closed, and the next transaction has another one."""
    database = Database(postgres_database_url)
    monkeypatch.setattr(BoundedConnection, "patience_s", 0.3)
    with pytest.raises(ServiceUnavailable, match="has not answered"), database.read() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    monkeypatch.undo()
    with database.read() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    database.close()


def test_statements_are_limited_but_for_those_that_change_the_schema(postgres_database_url: str) -> None:
    """The server ends what takes too long, and a transaction that stands still; an upgrade may take its time, and nothing after it."""
    database = Database(postgres_database_url)
    shown = text("SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')")
    with database.write() as connection:
        take_time(connection)
        assert connection.execute(shown).one() == ("0", "30s")
        assert connection.connection.driver_connection.patience_s is None  # type: ignore[union-attr]
    with database.write() as connection:
        assert connection.execute(shown).one() == ("15s", "30s")
        assert connection.connection.driver_connection.patience_s is not None  # type: ignore[union-attr]
    database.close()
