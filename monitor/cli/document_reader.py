"""Read the entries that a command names: a file, standard input, a feed or a page on the web."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.article import Entry
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.urls import parse_url
from monitor.fetching.access import access_for
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure
from monitor.parse.documents import parse_document
from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings


def fetch_entries(settings: Settings, url: str) -> tuple[Sequence[Entry], str]:
    """Return the entries of a feed, or the one of a page, and the name of their source. Raises MonitorError."""
    return asyncio.run(_fetch(settings, url))


def read_entries(source: str) -> tuple[Sequence[Entry], str]:
    """Return the entries of a file, or of standard input for `-`, and the name of its folder. Raises MonitorError."""
    now = SYSTEM_CLOCK.now()
    if source == "-":
        data, path, changed = sys.stdin.buffer.read(), "stdin.txt", now
    else:
        try:
            data = Path(source).read_bytes()
            changed = datetime.fromtimestamp(Path(source).stat().st_mtime, UTC)
        except OSError as error:
            raise MonitorError(f"{source}: {error.strerror}") from error
        path = str(Path(source).absolute())
    found = parse_document(data, path=path, mtime=changed, now=now)
    if isinstance(found, ParseFailure):
        raise MonitorError(f"{source}: {found.reason}")
    return found, Path(path).parent.name


async def _fetch(settings: Settings, url: str) -> tuple[Sequence[Entry], str]:
    """Return the entries of a file, or of standard input for `-`, and the name of its folder. Raises MonitorError."""
    now = SYSTEM_CLOCK.now()
    feed = next((feed for feed in settings.feeds if feed.url == url), None) or FeedSettings(url=url)
    address = parse_url(url)
    async with Fetcher(settings.polling, settings.http) as fetcher:
        answer = await fetcher.get(address, origin=address, access=access_for(feed, settings.http))
    if not isinstance(answer, Fetched):
        raise MonitorError(f"{url}: {answer.reason if isinstance(answer, FetchFailure) else 'no content'}")
    parsed = parse_feed(answer.body, url=answer.url, headers=answer.headers, now=now)
    if isinstance(parsed, ParsedFeed):
        return parsed.entries, feed.name or parsed.title
    page = parse_document(answer.body, path="page.html", mtime=now, now=now)
    if isinstance(page, ParseFailure):
        raise MonitorError(f"{url}: {page.reason}")
    return page, address.host
