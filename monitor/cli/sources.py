"""Print which sources are first, what is missed and what to change: `news-monitor sources`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, SINCE
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import one_line


@click.command()
@CONFIG
@SINCE
@JSON
def sources(*, since: datetime | None, as_json: bool) -> None:
    """Show how often each source was first, which part of the stories is missed, and which sources to drop, poll faster or add."""
    from workers.analysis.source_report import LOOKED_BACK, coverage_in_words, source_report  # noqa: PLC0415 - `--help` needs none

    settings, now = load_settings(), SYSTEM_CLOCK.now()
    with open_database(settings).read() as connection:
        found = source_report(connection, {term.name for term in settings.terms}, since=since or now - LOOKED_BACK, now=now)
    if as_json:
        print_json(found)
        return
    _print_standings([("all", found), *((one["term"], one) for one in found["terms"])])
    if found["stories"]:
        for what, one in [("that were told", found), *((f"on {one['term']}", one) for one in found["terms"])]:
            click.echo(one_line(coverage_in_words(one, what)))
        click.echo()
    print_table(
        ("step", "source", "reason"),
        ((one["step"], one["source"], one["reason"]) for one in found["proposals"]),
        empty="nothing to propose",
    )


def _print_standings(groups: list[tuple[str, dict[str, Any]]]) -> None:
    print_table(
        ("term", "source", "stories", "share", "first", "behind, min", "alone"),
        (
            (
                term,
                one["source"],
                one["stories"],
                f"{one['share']:.0%}",
                one["first"],
                "-" if one["behind_min"] is None else one["behind_min"],
                one["alone"],
            )
            for term, group in groups
            for one in group["sources"]
        ),
        empty="no term has raised an alert in that time",
    )
    click.echo()
