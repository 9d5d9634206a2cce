"""Add feeds to the configuration and take them out: `news-monitor feeds add` and `feeds remove`."""

from __future__ import annotations

import asyncio
import os

import click

from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.domain.errors import MonitorError
from monitor.domain.text import printable
from monitor.polling.asked_feed import ask_feeds, feed_of
from monitor.settings.editing import add_feeds, remove_feed
from monitor.settings.feeds import FeedSettings
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
