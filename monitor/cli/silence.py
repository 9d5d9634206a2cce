"""Hold back the alerts of a term or a tag for a while: `news-monitor silence`."""

from __future__ import annotations

from datetime import timedelta

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, Duration
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.times import rfc3339
from monitor.records import silence_record
from monitor.settings.model import Settings
from monitor.settings.suggestion import did_you_mean
from monitor.storage import silences as storage
from monitor.storage.silences import Silence


@click.command()
@CONFIG
@click.argument("term", required=False)
@click.option("--tag", help="Silence every term with this tag.")
@click.option("--for", "duration", type=Duration(), help="For how long: 30m, 2h, 1d.")
@click.option("--reason", help="Why; shown in the list of silences.")
@click.option("--lift", is_flag=True, help="End the silence.")
@JSON
def silence(
    *, term: str | None, tag: str | None, duration: timedelta | None, reason: str | None, lift: bool, as_json: bool
) -> None:
    """Hold back the alerts of TERM for a while and tell them when it ends; without a term, show what is silenced."""
    settings, now = load_settings(), SYSTEM_CLOCK.now()
    database = open_database(settings)
    if term is not None and tag is not None:
        raise UsageError("give either a term or --tag, not both")
    if term is None and tag is None:
        with database.read() as connection:
            _print_silences(storage.listing(connection, now), as_json=as_json)
        return
    with database.write() as connection:
        if lift:
            if not storage.lift(connection, term=term, tag=tag):
                raise MonitorError(
                    f"{term or tag!r} is not silenced by this command; to end a silence that the configuration sets, remove it there"
                )
            return
        if duration is None:
            raise UsageError("give the length of the silence, such as --for 2h")
        _check_watched(settings, term, tag)
        made = storage.add(connection, until=now + duration, now=now, term=term, tag=tag, reason=reason)
    _print_silences((made,), as_json=as_json)


def _check_watched(settings: Settings, term: str | None, tag: str | None) -> None:
    tags = {one for each in settings.terms for one in each.tags}
    names = [one.name for one in settings.terms] if tag is None else sorted(tags)
    given = term or tag or ""
    if given not in names:
        what = "term" if tag is None else "tag"
        raise UsageError(f"no {what} {given!r} on the watch list{did_you_mean(given, names)}")


def _print_silences(found: tuple[Silence, ...], *, as_json: bool) -> None:
    if as_json:
        print_json([silence_record(one) for one in found])
        return
    print_table(
        ("term", "tag", "until", "reason"),
        ((one.term, one.tag, rfc3339(one.until), one.reason) for one in found),
        empty="nothing is silenced",
    )
