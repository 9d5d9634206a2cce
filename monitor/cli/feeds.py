"""Show the health of each source, and explain one poll: `news-monitor feeds`."""

from __future__ import annotations

import asyncio

import click

from monitor.app import open_database
from monitor.cli.edit_feeds import add, remove
from monitor.cli.loading import load_settings
from monitor.cli.opml import export, import_opml
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json, print_json_line
from monitor.cli.tables import print_table
from monitor.daemon.parser_client import ParserPool
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.fetching.fetcher import Fetcher
from monitor.polling.asked_feed import feed_of
from monitor.polling.diagnose import Diagnosis, explain_poll
from monitor.polling.poll import FeedPollSettings
from monitor.records import source_records
from monitor.settings.model import Settings


@click.group(invoke_without_command=True)
@CONFIG
@JSON
@click.pass_context
def feeds(ctx: click.Context, *, as_json: bool) -> None:
    """Show the health of each feed, folder and other source."""
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json)


feeds.add_command(import_opml)
feeds.add_command(export)
feeds.add_command(add)
feeds.add_command(remove)


@feeds.command(name="list")
@CONFIG
@JSON
def list_feeds(*, as_json: bool) -> None:
    """Show the health of each feed, folder and other source."""
    _list(as_json=as_json)


@feeds.command()
@CONFIG
@click.argument("urls", nargs=-1, required=True)
@JSON
def poll(*, urls: tuple[str, ...], as_json: bool) -> int:
    """Poll once and explain what happened; nothing is stored. With --json one line for each URL."""
    return 1 if asyncio.run(_poll(load_settings(), urls, as_json=as_json)) else 0


def _list(*, as_json: bool) -> None:
    settings = load_settings()
    with open_database(settings).read() as connection:
        records = source_records(connection, settings, SYSTEM_CLOCK.now())
    if as_json:
        print_json(records)
        return
    print_table(
        ("name", "kind", "status", "articles", "next poll", "url", "reason"),
        tuple(
            tuple(record[name] for name in ("name", "kind", "status", "articles", "next_poll_at", "url", "reason"))
            for record in records
        ),
        empty="no sources; add a feed to the `feeds:` list of the configuration",
    )


async def _poll(settings: Settings, urls: tuple[str, ...], *, as_json: bool) -> int:
    """Poll each URL and explain it. Return how many of the polls failed."""
    configured = {feed.url: feed for feed in settings.feeds}
    parse = ParserPool()
    failed = 0
    try:
        async with Fetcher(settings.polling, settings.http) as fetcher:
            for url in urls:
                feed = configured.get(url) or feed_of(url)
                poll_settings = FeedPollSettings(feed=feed, polling=settings.polling, http=settings.http)
                diagnosis = await explain_poll(poll_settings, fetcher, parse, clock=SYSTEM_CLOCK)
                _print(diagnosis, as_json=as_json)
                failed += diagnosis.failed
    finally:
        parse.close()
    return failed


def _print(diagnosis: Diagnosis, *, as_json: bool) -> None:
    if as_json:
        print_json_line(diagnosis.record())
    else:
        for line in diagnosis.lines():
            click.echo(line)
        click.echo()
