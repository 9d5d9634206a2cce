"""Run the migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from monitor.storage.engine import Database
from monitor.storage.locks import serialise


def config() -> Config:
    """Return Alembic's configuration: where the migrations are."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return found


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply every missing migration up to `revision` in one transaction; other processes wait."""
    running = config()
    with database.write() as connection:
        if database.dialect == "postgresql":
            from monitor.storage.postgres_engine import take_time  # noqa: PLC0415 - its driver is an extra

            take_time(connection)
        serialise(connection, "schema")
        running.attributes["connection"] = connection
        command.upgrade(running, revision)
