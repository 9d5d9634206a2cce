"""`news-monitor articles` and `news-monitor stories`: what was read."""

from __future__ import annotations

from datetime import datetime

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, SINCE
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.times import rfc3339
from monitor.records import story_record
from monitor.storage import archive
from monitor.storage import stories as story_storage

MOST = 10_000
SHOWN = 50
"""Rows for people when no limit is given; JSON gives everything."""


@click.command()
@CONFIG
@SINCE
@click.option("--search", help="Only articles that have all these words in title or text.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many, the newest; for people {SHOWN} unless told.")
@JSON
def articles(*, since: datetime | None, search: str | None, limit: int | None, as_json: bool) -> None:
    """Show stored articles, newest first."""
    with open_database(load_settings()).read() as connection:
        records = list(archive.listing(connection, search=search, since=since, limit=limit if as_json else limit or SHOWN))
    if as_json:
        print_json(records)
        return
    print_table(
        ("fetched", "source", "language", "title"),
        ((record["fetched_at"], record["source"], record["language"], record["title"]) for record in records),
        empty="no articles",
    )


@click.command()
@CONFIG
@SINCE
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many, the newest; for people {SHOWN} unless told.")
@JSON
def stories(*, since: datetime | None, limit: int | None, as_json: bool) -> None:
    """Show stories, the one with the newest article first."""
    with open_database(load_settings()).read() as connection:
        found = story_storage.listing(connection, since=since, limit=limit or (MOST if as_json else SHOWN))
    if as_json:
        print_json([story_record(story) for story in found])
        return
    print_table(
        ("last article", "articles", "title", "sources"),
        ((rfc3339(story.last_article_at), story.articles, story.title, story.sources) for story in found),
        empty="no stories",
    )
