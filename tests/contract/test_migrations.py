"""Each migration alone, and all of them against the tables of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from monitor.storage.engine import Database
from monitor.storage.migrations import run
from monitor.storage.tables import metadata

STEPS = [
    (script.revision, script.down_revision or "base")
    for script in ScriptDirectory.from_config(run.config()).walk_revisions()
    if not isinstance(script.down_revision, tuple | list)
]
REFUSES = {"0004"}
"""The migrations that cannot be undone. They say what to do instead."""


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """A database without any table."""
    database = Database(database_url)
    yield database
    database.close()


def _run(database: Database, step: Callable[..., None], revision: str) -> None:
    config = run.config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        step(config, revision)


def names(connection: Connection) -> dict[str, Any]:
    """Return what PostgreSQL calls each constraint and index, by table."""
    inspector = inspect(connection)
    return {
        table: {
            "primary key": inspector.get_pk_constraint(table)["name"],
            "foreign keys": {key["name"]: key["constrained_columns"] for key in inspector.get_foreign_keys(table)},
            "unique": {key["name"]: key["column_names"] for key in inspector.get_unique_constraints(table)},
            "indexes": {index["name"]: index["column_names"] for index in inspector.get_indexes(table)},
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def shape(database: Database) -> dict[str, Any]:
    """Return the tables of a database, with their columns, keys and indexes."""
    with database.read() as connection:
        inspector = inspect(connection)
        return {
            table: (
                sorted((column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)),
                inspector.get_pk_constraint(table)["constrained_columns"],
                sorted(str(key["name"]) for key in inspector.get_foreign_keys(table)),
                sorted(str(key["name"]) for key in inspector.get_unique_constraints(table)),
                sorted(str(index["name"]) for index in inspector.get_indexes(table)),
            )
            for table in inspector.get_table_names()
            if table != "alembic_version"
        }


def test_a_migrated_and_a_new_database_have_the_same_names(postgres_database_url: str) -> None:
    """A later migration drops a constraint by its name, which must then be that of every database."""
    database = Database(postgres_database_url)
    run.upgrade(database)
    with database.write() as connection:
        migrated = names(connection)
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        metadata.create_all(connection)
        created = names(connection)
    database.close()
    assert migrated == created, "the names in the migration: fk_TABLE_COLUMN, uq_TABLE_COLUMN, ix_TABLE_COLUMN, pk_TABLE"


@pytest.mark.parametrize(("revision", "before"), [step for step in STEPS if step[0] not in REFUSES])
def test_a_migration_can_be_undone(empty: Database, revision: str, before: str) -> None:
    """Its `downgrade` leaves the schema that was there before it, from which it can be run again."""
    if before != "base":
        _run(empty, command.upgrade, before)
    was = shape(empty)
    _run(empty, command.upgrade, revision)
    now = shape(empty)
    _run(empty, command.downgrade, before)
    assert shape(empty) == was
    _run(empty, command.upgrade, revision)
    assert shape(empty) == now


@pytest.mark.parametrize(("revision", "before"), [step for step in STEPS if step[0] in REFUSES])
def test_a_migration_that_cannot_be_undone_says_what_to_do(empty: Database, revision: str, before: str) -> None:
    """It changes nothing and names the way back."""
    _run(empty, command.upgrade, revision)
    was = shape(empty)
    with pytest.raises(NotImplementedError, match="restore a backup"):
        _run(empty, command.downgrade, before)
    assert shape(empty) == was
