"""Show what brought a process down, and decide about it: `news-monitor quarantine`."""

from __future__ import annotations

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.times import rfc3339
from monitor.records import quarantine_record
from monitor.storage import quarantine as storage


@click.group()
@CONFIG
def quarantine() -> None:
    """Show articles, pages and documents that brought a process down, and try them again or drop them."""


@quarantine.command(name="list")
@CONFIG
@JSON
def listing(*, as_json: bool) -> None:
    """Show what is in quarantine, oldest first."""
    with open_database(load_settings()).read() as connection:
        held = storage.listing(connection)
    if as_json:
        print_json([quarantine_record(one) for one in held])
        return
    print_table(
        ("id", "kind", "title", "source", "since", "reason"),
        ((one.id, one.kind, one.title, one.source, rfc3339(one.since), one.reason) for one in held),
        empty="nothing is in quarantine",
    )


@quarantine.command()
@CONFIG
@click.argument("identity", metavar="ID")
def retry(*, identity: str) -> None:
    """Let ID out: it is read as a whole again, and comes back if that ends the same way."""
    with open_database(load_settings()).write() as connection:
        if storage.release(connection, identity, SYSTEM_CLOCK.now()) is None:
            raise _missing(identity)
    click.echo("it is tried again within a minute")


@quarantine.command()
@CONFIG
@click.argument("identity", metavar="ID")
def drop(*, identity: str) -> None:
    """Take ID off the list for good: it is never read as a whole again."""
    with open_database(load_settings()).write() as connection:
        if not storage.drop(connection, identity):
            raise _missing(identity)
    click.echo("dropped")


def _missing(identity: str) -> MonitorError:
    return MonitorError(f"{identity!r} is not in quarantine; `news-monitor quarantine list` shows what is")
