"""`news-monitor migrate`: prepare the database for the separate roles."""

from __future__ import annotations

import click

from monitor.app import database_url, make_data_dir
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG
from monitor.storage import schema
from monitor.storage.engine import Database


@click.command()
@CONFIG
def migrate() -> None:
    """Create or upgrade the database's schema."""
    settings = load_settings()
    if settings.database_url is None:
        make_data_dir(settings)
    database = Database(database_url(settings))
    schema.upgrade(database)
    database.close()
    click.echo("the database has this program's schema")
