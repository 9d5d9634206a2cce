"""Print what is suddenly everywhere: `news-monitor trends`."""

from __future__ import annotations

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.clock import SYSTEM_CLOCK


@click.command()
@CONFIG
@JSON
def trends(*, as_json: bool) -> None:
    """Show what is suddenly in many more stories than usual, and was in the last seven days."""
    from workers.analysis.trend_report import trend_report  # noqa: PLC0415 - `--help` needs none of it

    with open_database(load_settings()).read() as connection:
        found = trend_report(connection, SYSTEM_CLOCK.now())
    if as_json:
        print_json(found)
        return
    print_table(
        ("started", "ended", "kind", "name", "stories", "hours", "usual", "rise", "peak an hour", "peak at"),
        (
            (
                one["started_at"],
                one["ended_at"] or "goes on",
                one["kind"],
                one["name"],
                one["stories"],
                one["hours"],
                one["usual"],
                f"×{one['rise']:g}",
                one["peak"],
                one["peak_at"],
            )
            for one in found["bursts"]
        ),
        empty="nothing is in more stories than usual",
    )
