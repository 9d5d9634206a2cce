"""Create, upgrade and check the schema."""

from __future__ import annotations

from sqlalchemy import inspect, text

from monitor.domain.errors import SchemaMismatch
from monitor.storage.engine import Database
from monitor.storage.locks import serialise
from monitor.storage.tables import metadata

HEAD = "0020"
"""The newest migration, which is the schema of this program."""


def current(database: Database) -> str | None:
    """Return the revision of the database's schema; None for an empty database."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return found


def upgrade(database: Database) -> None:
    """Upgrade an empty or older schema to this program's, one process at a time. Raises SchemaMismatch for a newer one."""
    found = current(database)
    if found == HEAD:
        return
    refuse_newer(found)
    if found is None and _created(database):
        return
    from monitor.storage.migrations.run import upgrade as run_migrations  # noqa: PLC0415 - alembic costs a quarter of a second, only here

    run_migrations(database)


def _created(database: Database) -> bool:
    """Create the tables of an empty database as all migrations together would; return False if another process was first."""
    with database.write() as connection:
        serialise(connection, "schema")
        if inspect(connection).get_table_names():
            return False
        metadata.create_all(connection)
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)")
        )
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        return True


def require(database: Database) -> None:
    """Raise SchemaMismatch unless the schema is exactly this program's."""
    found = current(database)
    refuse_newer(found)
    if found != HEAD:
        raise SchemaMismatch(
            f"the database has schema {found or 'none'}, this program needs {HEAD}; run `news-monitor migrate` once, then start again"
        )


def refuse_newer(found: str | None) -> None:
    """Raise SchemaMismatch for a schema that a newer version has made."""
    if found is not None and found > HEAD:
        raise SchemaMismatch(
            f"the database has schema {found}, which is newer than this program's {HEAD}; install the newer version"
        )
