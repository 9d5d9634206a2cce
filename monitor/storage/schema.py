"""The schema's life: created or upgraded by `run` and `migrate`, checked by the separate roles."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitor.domain.errors import SchemaMismatch
from monitor.storage.engine import Database
from monitor.storage.locks import serialise

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Bring an empty or older schema up to this program's, one process at a time. A newer one raises SchemaMismatch."""
    config = _config()
    with database.write() as connection:
        serialise(connection, "schema")
        found = MigrationContext.configure(connection).get_current_revision()
        _refuse_unknown(config, found)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require(database: Database) -> None:
    """Raise SchemaMismatch unless the schema is exactly this program's."""
    config = _config()
    with database.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    _refuse_unknown(config, found)
    wanted = ScriptDirectory.from_config(config).get_current_head()
    if found != wanted:
        raise SchemaMismatch(
            f"the database has schema {found or 'none'}, this program needs {wanted}; run `news-monitor migrate` once, then start again"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _refuse_unknown(config: Config, found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(f"the database has schema {found}, which is newer than this program; install the newer version")
