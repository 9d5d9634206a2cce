"""The schema and its migrations on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError

from monitor.domain.errors import SchemaMismatch
from monitor.storage import schema
from monitor.storage.engine import Database
from monitor.storage.tables import hosts, metadata


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """A database without any table."""
    database = Database(database_url)
    yield database
    database.close()


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


def test_migrations_make_the_tables_of_the_program(empty: Database) -> None:
    """Upgrading an empty database gives exactly the schema that the code uses; doing it again changes nothing."""
    schema.upgrade(empty)
    schema.upgrade(empty)
    with empty.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    schema.require(empty)


def test_a_role_refuses_an_empty_database(empty: Database) -> None:
    """The separate roles say which command makes the schema."""
    with pytest.raises(SchemaMismatch, match="news-monitor migrate"):
        schema.require(empty)


def test_a_newer_schema_is_left_alone(empty: Database) -> None:
    """An older program never touches a newer database."""
    schema.upgrade(empty)
    with empty.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="newer"):
        schema.upgrade(empty)
