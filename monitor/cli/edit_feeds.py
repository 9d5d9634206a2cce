"""Add feeds to the configuration and take them out: `news-monitor feeds add` and `feeds remove`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass

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
from monitor.settings.editing import add_feeds, remove_feed
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings
from monitor.settings.model import Settings
from monitor.settings.new_feed import NewFeed


@click.command()
@CONFIG
@click.argument("urls", nargs=-1, required=True, metavar="URL…")
@click.option("--unchecked", is_flag=True, help="Do not ask the address first.")
@JSON
def add(*, urls: tuple[str, ...], unchecked: bool, as_json: bool) -> None:
    """Add feeds: their addresses, those of pages that name a feed, or names such as telegram:channel. Each is polled once before; nothing is written if one answers with what cannot be read."""
    feeds = [feed_of(url) for url in urls]
    written = list(urls) if unchecked else _readable(load_settings(), urls, feeds)
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


def _readable(settings: Settings, urls: tuple[str, ...], feeds: list[FeedSettings]) -> list[str]:
    """Return what to write for each. Raises MonitorError for those that cannot be read."""
    asked = asyncio.run(ask_feeds(settings.polling, settings.http, urls, feeds))
    faults = [f"{one.url}: {one.fault}" for one in asked if one.fault]
    if faults:
        raise MonitorError(printable("; ".join(faults)) + "; nothing was written (--unchecked adds it all the same)")
    for one in asked:
        if one.unreached:
            click.echo(printable(f"{one.url} cannot be reached now ({one.unreached}); it is taken as it is"), err=True)
    return [one.written for one in asked]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFeed:
    """What a feed answered: the address to write (that of the feed which a page names), why it cannot be read, or why it was not reached."""

    url: str
    written: str
    fault: str | None
    unreached: str | None


async def ask_feeds(
    polling: PollingSettings, http: HttpSettings, urls: Sequence[str], feeds: Sequence[FeedSettings]
) -> list[AskedFeed]:
    """Poll each feed once, or the feed that its page names."""
    parse = ParserPool()
    try:
        async with Fetcher(polling, http) as fetcher:
            return [await _ask(url, feed, polling, http, fetcher, parse) for url, feed in zip(urls, feeds, strict=True)]
    finally:
        parse.close()


async def _ask(
    url: str, feed: FeedSettings, polling: PollingSettings, http: HttpSettings, fetcher: Fetcher, parse: ParserPool
) -> AskedFeed:
    found = feed if feed.select else feed.model_copy(update={"discover": True})
    diagnosis = await explain_poll(FeedPollSettings(feed=found, polling=polling, http=http), fetcher, parse, clock=SYSTEM_CLOCK)
    state, outcome = diagnosis.result.update.state, diagnosis.result.outcome
    away = isinstance(outcome, FetchFailure) and outcome.problem in UNREACHED
    return AskedFeed(
        url=url,
        written=url if platform_source(url) is not None or state.moved_to is None else str(state.moved_to),
        fault=state.reason if diagnosis.failed and not away else None,
        unreached=outcome.reason if isinstance(outcome, FetchFailure) and away else None,
    )
