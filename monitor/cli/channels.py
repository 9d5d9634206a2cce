"""`news-monitor channels`: where alerts go, and whether they would arrive."""

from __future__ import annotations

import asyncio

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.cli.tables import print_fields, print_table
from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.text import printable
from monitor.domain.times import rfc3339
from monitor.settings.suggestion import did_you_mean
from monitor.storage import channels as storage
from workers.delivery.channel_sender import send_test


@click.group(invoke_without_command=True)
@CONFIG
@JSON
@click.pass_context
def channels(ctx: click.Context, *, as_json: bool) -> None:
    """Show the channels and how they are doing."""
    if ctx.invoked_subcommand is not None:
        return
    settings = load_settings()
    with open_database(settings).read() as connection:
        known = storage.listing(connection)
    records = [
        {
            "name": name,
            "type": channel.type,
            "failures": known[name].failures if name in known else 0,
            "paused": name in known and known[name].paused,
            "reason": known[name].reason if name in known else None,
        }
        for name, channel in settings.channels.items()
    ]
    if as_json:
        print_json(records)
        return
    print_table(("name", "type", "failures", "paused", "reason"), (tuple(one.values()) for one in records), empty="no channels")


@channels.command()
@CONFIG
@click.argument("name")
@JSON
def test(*, name: str, as_json: bool) -> int:
    """Send one marked test alert and print the result."""
    known = load_settings().channels
    if name not in known:
        raise UsageError(f"there is no channel {name!r}{did_you_mean(name, known)}")
    result = asyncio.run(send_test(name, known[name]))
    record = _record(name, result)
    if as_json:
        print_json(record)
    else:
        print_fields(record)
    return 0 if result.outcome is Outcome.ACCEPTED else 1


@channels.command()
@CONFIG
@click.argument("name")
def resume(*, name: str) -> None:
    """Let a paused channel send again."""
    with open_database(load_settings()).write() as connection:
        if not storage.resume(connection, name):
            raise MonitorError(f"channel {name!r} has never been used")
    click.echo(f"{name} sends again")


def _record(name: str, result: AttemptResult) -> dict[str, object]:
    return {
        "channel": name,
        "outcome": result.outcome,
        "at": rfc3339(result.at),
        "http_status": result.http_status,
        "duration_s": round(result.duration_s, 3),
        "reason": result.reason,
        "answer": printable(result.answer),
    }
