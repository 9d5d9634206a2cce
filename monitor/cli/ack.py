"""Say that an alert has been seen: `news-monitor ack`."""

from __future__ import annotations

import getpass

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.ids import AlertId
from monitor.domain.text import printable
from monitor.records import alert_record
from workers.announcing.acknowledge import acknowledge


@click.command()
@CONFIG
@click.argument("alert_id", metavar="ID")
@click.option("--by", help="Who has seen it; you, without this.")
@JSON
def ack(*, alert_id: str, by: str | None, as_json: bool) -> None:
    """Acknowledge an alert, and with it what its story has raised so far: it is told nobody else, and its messages say who has seen it."""
    settings = load_settings()
    with open_database(settings).write() as connection:
        done = acknowledge(connection, settings, AlertId(alert_id), by=by or _user(), now=SYSTEM_CLOCK.now())
    if done is None:
        raise MonitorError(f"there is no alert {alert_id!r}; `news-monitor alerts --json` shows their ids")
    record = alert_record(done.alert, SYSTEM_CLOCK.now())
    if as_json:
        print_json(record)
        return
    seen = record["acknowledged"]
    click.echo(printable(f"{record['alert']['term']}: acknowledged by {seen['by']} at {seen['at']}"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
