"""The schema's life: created or upgraded by `run`, checked by the separate roles."""

from __future__ import annotations

from monitor.storage.engine import Database
from monitor.storage.tables import metadata


def create(database: Database) -> None:
    """Make every table as it is now, for tests and scratch databases."""
    with database.write() as connection:
        metadata.create_all(connection)
