"""Print stored articles and stories: `news-monitor articles`, `news-monitor stories`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, SINCE
from monitor.cli.output import print_json
from monitor.cli.tables import print_table
from monitor.domain.article import Article
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.times import rfc3339
from monitor.records import article_record, story_record
from monitor.settings.model import Settings
from monitor.storage import archive, mentions
from monitor.storage import stories as story_storage
from workers.gazetteer.gazetteer import preferred_name

MAX_STORIES = 10_000
"""Stories in JSON when no limit is given."""
ROWS = 50
"""Rows of a table when no limit is given."""


@click.command()
@CONFIG
@SINCE
@click.option("--search", metavar="QUERY", help="Only articles for which this query holds, in the language of the watch list.")
@click.option("--entity", metavar="NAME", help="Only articles in which this name was recognised.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many, the newest; without --json {ROWS} if not given.")
@JSON
def articles(*, since: datetime | None, search: str | None, entity: str | None, limit: int | None, as_json: bool) -> None:
    """Show stored articles, newest first. One that several feeds carry in the same words under the same link is shown once."""
    most = limit if as_json else limit or ROWS
    settings = load_settings()
    holds = _holds(search, settings)
    with open_database(settings).read() as connection:
        named = None if entity is None else preferred_name(entity)
        found = archive.listing_once(connection, since=since, entity=named, limit=most, holds=holds)
        inside = mentions.of_articles(connection, [article.id for article, _ in found]) if as_json else {}
    if as_json:
        print_json(
            [
                article_record(article, inside.get(article.id, ())) | {"also_in": [other.source for other in others]}
                for article, others in found
            ]
        )
        return
    print_table(
        ("fetched", "source", "language", "title"),
        (
            (rfc3339(article.fetched_at), ", ".join(one.source for one in (article, *others)), article.language, article.title)
            for article, others in found
        ),
        empty="no articles",
    )


def _holds(search: str | None, settings: Settings) -> Callable[[Article], bool] | None:
    """Return the test that articles pass for which a query holds. Raises UsageError for one that cannot be parsed."""
    if not (search or "").strip():
        return None
    from workers.analysis.archive_search import archive_query  # noqa: PLC0415 - listings need nothing of what matching loads

    return archive_query(search or "", settings.terms).holds


@click.group(invoke_without_command=True)
@CONFIG
@SINCE
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many, the newest; without --json {ROWS} if not given.")
@JSON
@click.pass_context
def stories(ctx: click.Context, *, since: datetime | None, limit: int | None, as_json: bool) -> None:
    """Show stories, the one with the newest article first."""
    if ctx.invoked_subcommand is not None:
        return
    with open_database(load_settings()).read() as connection:
        found = story_storage.listing(connection, since=since, limit=limit or (MAX_STORIES if as_json else ROWS))
    if as_json:
        print_json([story_record(story, SYSTEM_CLOCK.now()) for story in found])
        return
    print_table(
        ("id", "last article", "articles", "origins", "title", "sources"),
        (
            (story.id, rfc3339(story.last_article_at), story.articles, len(story.origins) or 1, story.title, story.sources)
            for story in found
        ),
        empty="no stories",
    )


@stories.command("split")
@CONFIG
@click.argument("wanted", metavar="ID")
@JSON
def split_off(*, wanted: str, as_json: bool) -> None:
    """Undo a wrong join: give an article a story of its own; of a story, each article that joined by more than equal words.

    What the story had kept back is raised, and the stories are never merged again.
    """
    from workers.scanning.split_story import NotSplit, split_by_hand, split_record  # noqa: PLC0415 - listings need none of what relating statements loads

    with open_database(load_settings()).write() as connection:
        done = split_by_hand(connection, wanted, now=SYSTEM_CLOCK.now())
    if isinstance(done, NotSplit):
        raise MonitorError(f"nothing was split: {done.reason}")
    if as_json:
        print_json([split_record(one) for one in done])
        return
    for one in done:
        click.echo(
            f"story {one.story_id} was split out of {one.from_story}; its articles are scanned again: {', '.join(one.article_ids)}"
        )
