"""Print stored articles and stories: `news-monitor articles`, `news-monitor stories`."""

from __future__ import annotations

from datetime import datetime

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, SINCE
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.times import rfc3339
from monitor.records import article_record, story_record
from monitor.storage import archive
from monitor.storage import stories as story_storage

MAX_STORIES = 10_000
"""Stories in JSON when no limit is given."""
ROWS = 50
"""Rows of a table when no limit is given."""


@click.command()
@CONFIG
@SINCE
@click.option("--search", help="Only articles that have all these words in title or text.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many, the newest; without --json {ROWS} if not given.")
@JSON
def articles(*, since: datetime | None, search: str | None, limit: int | None, as_json: bool) -> None:
    """Show stored articles, newest first."""
    with open_database(load_settings()).read() as connection:
        found = archive.listing(connection, search=search, since=since, limit=limit if as_json else limit or ROWS)
    if as_json:
        print_json([article_record(article) for article in found])
        return
    print_table(
        ("fetched", "source", "language", "title"),
        ((rfc3339(article.fetched_at), article.source, article.language, article.title) for article in found),
        empty="no articles",
    )


@click.command()
@CONFIG
@SINCE
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many, the newest; without --json {ROWS} if not given.")
@JSON
def stories(*, since: datetime | None, limit: int | None, as_json: bool) -> None:
    """Show stories, the one with the newest article first."""
    with open_database(load_settings()).read() as connection:
        found = story_storage.listing(connection, since=since, limit=limit or (MAX_STORIES if as_json else ROWS))
    if as_json:
        print_json([story_record(story) for story in found])
        return
    print_table(
        ("last article", "articles", "title", "sources"),
        ((rfc3339(story.last_article_at), story.articles, story.title, story.sources) for story in found),
        empty="no stories",
    )
