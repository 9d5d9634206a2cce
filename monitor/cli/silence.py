"""Hold back the alerts of a term, a tag or a story for a while: `news-monitor silence`."""

from __future__ import annotations

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.ids import StoryId
from monitor.domain.times import rfc3339
from monitor.records import silence_record
from monitor.storage import messages
from monitor.storage import silences as storage
from monitor.storage.silence_requests import SUBJECTS, read_silence, set_silence
from monitor.storage.silences import Silence


@click.command()
@CONFIG
@click.argument("term", required=False)
@click.option("--tag", help="Silence every term with this tag.")
@click.option("--story", help="Silence the story with this id.")
@click.option("--for", "duration", help="For how long: 30m, 2h, 1d.")
@click.option("--until", help="Until when: a time, `tomorrow`, or `lifted` for good.")
@click.option("--reason", help="Why; shown in the list of silences.")
@click.option("--lift", is_flag=True, help="End the silence.")
@JSON
def silence(
    *,
    term: str | None,
    tag: str | None,
    story: str | None,
    duration: str | None,
    until: str | None,
    reason: str | None,
    lift: bool,
    as_json: bool,
) -> None:
    """Hold back the alerts of TERM for a while and tell them when it ends; without a term, show what is silenced."""
    settings, now = load_settings(), SYSTEM_CLOCK.now()
    named = {key: value for key, value in zip(SUBJECTS, (term, tag, story), strict=True) if value is not None}
    if len(named) > 1:
        raise UsageError("give one of a term, --tag and --story")
    database = open_database(settings)
    if not named:
        with database.read() as connection:
            _print_silences(storage.listing(connection, now), as_json=as_json)
        return
    if lift:
        with database.write() as connection:
            found = StoryId(story) if story is not None else None
            current = None if found is None else messages.current_story(connection, found)
            if not storage.lift(connection, term=term, tag=tag, story=current):
                raise MonitorError(
                    f"{term or tag or story!r} is not silenced by a person; to end a silence that the configuration sets, remove it there"
                )
        return
    if duration is None and until is None:
        raise UsageError("give the length of the silence, such as --for 2h")
    wanted = read_silence({**named, "for": duration, "until": until, "reason": reason}, now)
    with database.write() as connection:
        made = set_silence(connection, settings, wanted, now)
    _print_silences((made,), as_json=as_json)


def _print_silences(found: tuple[Silence, ...], *, as_json: bool) -> None:
    if as_json:
        print_json([silence_record(one) for one in found])
        return
    print_table(
        ("term", "tag", "story", "until", "reason"),
        ((one.term, one.tag, one.story, rfc3339(one.until) or "lifted", one.reason) for one in found),
        empty="nothing is silenced",
    )
