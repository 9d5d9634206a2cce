"""Save the database to a file and restore it: `news-monitor backup FILE`, `news-monitor restore FILE`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from monitor.app import database_url, make_data_dir
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import schema
from monitor.storage.backup_file import BackupSummary, restore_backup, write_backup
from monitor.storage.engine import Database

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@CONFIG
@click.argument("file", type=_FILE)
@JSON
def backup(*, file: Path, as_json: bool) -> None:
    """Write all that is stored to FILE, consistent while everything runs; either kind of database can be restored from it."""
    settings = load_settings()
    with closing(Database(database_url(settings))) as database:
        schema.require(database)
        done = write_backup(database, file, now=SYSTEM_CLOCK.now())
    _print("wrote", file, done, as_json=as_json)


@click.command()
@CONFIG
@click.argument("file", type=_FILE)
@JSON
def restore(*, file: Path, as_json: bool) -> None:
    """Put what FILE holds into an empty database; nothing of it is told again under a new id."""
    settings = load_settings()
    if settings.database_url is None:
        make_data_dir(settings)
    with closing(Database(database_url(settings))) as database:
        done = restore_backup(database, file)
    _print("restored", file, done, as_json=as_json)


def _print(done: str, file: Path, found: BackupSummary, *, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "schema": found.schema, "made_at": found.made_at, "rows": found.rows})
        return
    counts = ", ".join(f"{found.rows.get(name, 0)} {name}" for name in ("articles", "stories", "alerts", "deliveries", "feeds"))
    click.echo(f"{done} {file}: {counts}, as of {found.made_at}")
