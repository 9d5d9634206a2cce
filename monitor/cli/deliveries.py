"""Print deliveries and make them due again: `news-monitor deliveries`."""

from __future__ import annotations

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, choice
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.ids import DeliveryId
from monitor.domain.times import rfc3339
from monitor.records import delivery_record
from monitor.storage import deliveries as storage

ROWS = 50
"""Rows of a table when no limit is given."""


@click.group(invoke_without_command=True)
@CONFIG
@click.option("--status", type=choice(DeliveryStatus), help="Only deliveries in this state.")
@click.option("--channel", help="Only deliveries to this channel.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many, the newest; without --json {ROWS} if not given.")
@JSON
@click.pass_context
def deliveries(ctx: click.Context, *, status: str | None, channel: str | None, limit: int | None, as_json: bool) -> None:
    """Show deliveries that wait, were accepted or were given up, newest first."""
    if ctx.invoked_subcommand is not None:
        return
    with open_database(load_settings()).read() as connection:
        found = storage.listing(
            connection,
            status=DeliveryStatus(status) if status else None,
            channel=channel,
            limit=limit if as_json else limit or ROWS,
        )
    if as_json:
        print_json([delivery_record(one) for one in found])
        return
    print_table(
        ("id", "channel", "status", "attempts", "next attempt", "last error"),
        ((one.id, one.channel, one.status, one.attempts, rfc3339(one.next_attempt_at), one.last_error) for one in found),
        empty="no deliveries",
    )


@deliveries.command()
@CONFIG
@click.argument("ids", nargs=-1)
@click.option("--dead", is_flag=True, help="Every dead letter.")
@JSON
def retry(*, ids: tuple[str, ...], dead: bool, as_json: bool) -> None:
    """Make deliveries due again, dead letters included; they keep their ids."""
    if bool(ids) == dead:
        raise UsageError("name the deliveries to retry, or use --dead for every dead letter")
    with open_database(load_settings()).write() as connection:
        due = storage.retry(connection, None if dead else [DeliveryId(one) for one in ids], now=SYSTEM_CLOCK.now())
    if as_json:
        print_json(due)
    else:
        click.echo(f"{len(due)} deliveries are due again")
    missing = sorted(set(ids) - set(due))
    if missing:
        raise MonitorError(f"these deliveries do not exist, or are being sent or delivered already: {', '.join(missing)}")
