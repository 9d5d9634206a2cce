"""Print whom and what the stored articles name: `news-monitor entities`."""

from __future__ import annotations

from datetime import datetime

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, SINCE
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.times import rfc3339
from monitor.domain.watch import EntityType
from monitor.records import recognized_name_record
from monitor.storage import mentions

_ROWS = 50
"""Rows when no limit is given."""
_MOST = 10_000


@click.command()
@CONFIG
@SINCE
@click.option("--type", "kind", type=click.Choice([one.value for one in EntityType]), help="Only names of this type.")
@click.option("--limit", type=click.IntRange(min=1, max=_MOST), default=_ROWS, show_default=True, help="At most so many.")
@JSON
def entities(*, since: datetime | None, kind: str | None, limit: int, as_json: bool) -> None:
    """Show the names recognised in stored articles, those in most stories first."""
    with open_database(load_settings()).read() as connection:
        found = mentions.listing(connection, since=since, kind=EntityType(kind) if kind else None, limit=limit)
    if as_json:
        print_json([recognized_name_record(known) for known in found])
        return
    print_table(
        ("name", "type", "stories", "articles", "first seen", "last seen", "watched"),
        (
            (
                one.name,
                one.type,
                one.stories,
                one.articles,
                rfc3339(one.first_seen_at),
                rfc3339(one.last_seen_at),
                "yes" if one.watched else "",
            )
            for one in found
        ),
        empty="no names were recognised",
    )
