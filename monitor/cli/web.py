"""`news-monitor web`: the dashboard and the API."""

from __future__ import annotations

import click

from monitor.app import open_database, open_relay
from monitor.cli.options import CONFIG
from monitor.cli.role import live_settings
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.step_beats import StepBeats
from monitor.web.server import serve_web


@click.command()
@CONFIG
@click.option("--host", help="The address to listen on, instead of `web.host`; one that others can reach needs `web.token`.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port, instead of `web.port`; 0 picks a free one.")
def web(*, host: str | None, port: int | None) -> None:
    """Run the dashboard and the API."""
    live = live_settings()
    database = open_database(live.current)
    beats = StepBeats()
    with Heartbeat(database, "web", beats):
        serve_web(live, database, open_relay(live.current), host=host, port=port, beats=beats)
    database.close()
