"""`news-monitor web`: the dashboard and the API."""

from __future__ import annotations

import click

from monitor.app import open_database, open_relay
from monitor.cli.options import CONFIG
from monitor.cli.role import live_settings
from monitor.heartbeat import Heartbeat
from monitor.web.server import serve


@click.command()
@CONFIG
def web() -> None:
    """Run the dashboard and the API."""
    live = live_settings()
    database = open_database(live.current)
    with Heartbeat(database, "web"):
        serve(live, database, open_relay(live.current))
    database.close()
