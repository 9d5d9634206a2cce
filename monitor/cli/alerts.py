"""Print the alerts that were raised, or each new one as it is raised: `news-monitor alerts`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from monitor.app import open_database
from monitor.cli.alert_text import alert_text
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, SINCE, choice
from monitor.cli.output import print_json, print_json_line
from monitor.cli.tables import console
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.watch import Severity
from monitor.records import alert_record
from monitor.storage import alerts as storage
from monitor.storage.alert_tail import AlertTail
from monitor.storage.engine import Database

FOLLOW_EVERY_S = 0.5


@click.command()
@CONFIG
@SINCE
@click.option("--term", "terms", multiple=True, help="Only alerts of this term; may be repeated.")
@click.option("--severity", "severities", multiple=True, type=choice(Severity), help="Only of this severity; may be repeated.")
@click.option("--follow", is_flag=True, help="Keep printing alerts as they are raised.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the newest.")
@JSON
def alerts(
    *, since: datetime | None, terms: tuple[str, ...], severities: tuple[str, ...], follow: bool, limit: int | None, as_json: bool
) -> None:
    """Show the alerts that were raised, newest first; with --follow, oldest first and then each new one."""
    database = open_database(load_settings())
    wanted = storage.AlertFilter(since=since, terms=terms, severities=tuple(map(str, severities)))
    if follow:
        _follow(database, wanted, print_json_line if as_json else _print_text)
        return
    with database.read() as connection:
        found = storage.listing(connection, wanted, limit=limit)
    records = [alert_record(stored, SYSTEM_CLOCK.now()) for stored in found]
    if as_json:
        print_json(records)
        return
    for record in records:
        _print_text(record)
    if not records:
        click.echo("no alerts")


def _print_text(record: dict[str, Any]) -> None:
    console().print(alert_text(record, SYSTEM_CLOCK.now()))


def _follow(database: Database, wanted: storage.AlertFilter, print_record: Callable[[dict[str, Any]], None]) -> None:
    tail = AlertTail(database, wanted)
    while True:
        for stored in tail.new_alerts():
            print_record(alert_record(stored, SYSTEM_CLOCK.now()))
        sys.stdout.flush()
        time.sleep(FOLLOW_EVERY_S)
