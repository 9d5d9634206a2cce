"""The schema on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from monitor.storage.engine import Database
from monitor.storage.tables import hosts


def test_times_come_back_aware(database: Database) -> None:
    """A stored time is read back as the same instant in UTC."""
    now = datetime(2024, 3, 21, 8, 0, 0, 123456, tzinfo=UTC)
    with database.write() as connection:
        connection.execute(insert(hosts).values(host="a", next_request_at=now))
    with database.read() as connection:
        assert connection.execute(select(hosts.c.next_request_at)).scalar_one() == now


def test_naive_times_are_refused(database: Database) -> None:
    """A time without a zone never reaches the database."""
    with pytest.raises(StatementError), database.write() as connection:
        connection.execute(insert(hosts).values(host="a", next_request_at=datetime(2024, 3, 21)))  # noqa: DTZ001 - a naive time is the point
