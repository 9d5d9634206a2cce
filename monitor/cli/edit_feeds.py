"""Add feeds to the configuration and take them out: `news-monitor feeds add` and `feeds remove`."""

from __future__ import annotations

import asyncio
import os

import click

from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.daemon.parser_client import ParserPool
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.platforms import platform_source
from monitor.domain.text import printable
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import UNREACHED, FetchFailure
from monitor.polling.diagnose import explain_poll
from monitor.polling.poll import FeedPollSettings
from monitor.settings.editing import NewFeed, add_feeds, remove_feed
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings


@click.command()
@CONFIG
@click.argument("urls", nargs=-1, required=True, metavar="URL…")
@click.option("--unchecked", is_flag=True, help="Do not ask the address first.")
@JSON
def add(*, urls: tuple[str, ...], unchecked: bool, as_json: bool) -> None:
    """Add feeds: their addresses, those of pages that name a feed, or names such as telegram:channel. Each is polled once before; nothing is written if one answers with what cannot be read."""
    feeds = [feed_of(url) for url in urls]
    written = list(urls) if unchecked else asyncio.run(_readable(load_settings(), urls, feeds))
    done = add_feeds(config_path(), [NewFeed(url=url) for url in dict.fromkeys(written)], os.environ)
    if as_json:
        print_json({"file": str(done.file), "added": list(done.added), "present": list(done.present)})
        return
    for url in done.added:
        click.echo(printable(f"added {url} to {done.file}"))
    for url in done.present:
        click.echo(printable(f"{url} is there already"))


@click.command()
@CONFIG
@click.argument("urls", nargs=-1, required=True, metavar="URL…")
@JSON
def remove(*, urls: tuple[str, ...], as_json: bool) -> None:
    """Take feeds out of the YAML file in which they stand; everything else there is kept, and so are their articles."""
    removed = [(url, remove_feed(config_path(), url, os.environ)) for url in urls]
    if as_json:
        print_json({"removed": [{"url": url, "file": str(file)} for url, file in removed]})
        return
    for url, file in removed:
        click.echo(printable(f"removed {url} from {file}"))


def feed_of(url: str) -> FeedSettings:
    """Return the feed of an address or a name. Raises UsageError."""
    try:
        platform_source(url)
        return FeedSettings(url=url)
    except ValueError as error:
        reason = str(error) if str(error).startswith("`") else "expected http:// or https://, or a name such as telegram:channel"
        raise UsageError(f"{url!r} is not the address of a feed; {reason}") from error


async def _readable(settings: Settings, urls: tuple[str, ...], feeds: list[FeedSettings]) -> list[str]:
    """Return what to write for each: what was given, or the feed that its page names. Raises MonitorError for one that cannot be read."""
    parse, written, faults = ParserPool(), list[str](), list[str]()
    try:
        async with Fetcher(settings.polling, settings.http) as fetcher:
            for url, feed in zip(urls, feeds, strict=True):
                found = feed if feed.select else feed.model_copy(update={"discover": True})
                poll_settings = FeedPollSettings(feed=found, polling=settings.polling, http=settings.http)
                diagnosis = await explain_poll(poll_settings, fetcher, parse, clock=SYSTEM_CLOCK)
                state = diagnosis.result.update.state
                outcome = diagnosis.result.outcome
                if isinstance(outcome, FetchFailure) and outcome.problem in UNREACHED:
                    click.echo(printable(f"{url} cannot be reached now ({outcome.reason}); it is taken as it is"), err=True)
                elif diagnosis.failed:
                    faults.append(f"{url}: {state.reason}")
                named = platform_source(url) is not None or state.moved_to is None
                written.append(url if named else str(state.moved_to))
    finally:
        parse.close()
    if faults:
        raise MonitorError(printable("; ".join(faults)) + "; nothing was written (--unchecked adds it all the same)")
    return written
