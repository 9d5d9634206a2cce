"""Read the entries that a command names: a file, standard input, a feed or a page on the web."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import OverLimit, RawDocument, Task
from monitor.domain.article import Entry
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.urls import parse_url
from monitor.fetching.access import access_for
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure
from monitor.parse.documents import MAX_BYTES
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure
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
    document = RawDocument(data=data, path=path, mtime=changed, now=now, max_bytes=MAX_BYTES)
    return asyncio.run(_read(document, source)), Path(path).parent.name


async def _read(document: RawDocument, name: str) -> Sequence[Entry]:
    """Return the entries of a document, read in a parser process, which may take its time."""
    pool = ParserPool(Task.DOCUMENT, processes=1)
    try:
        (found,) = await pool.documents([document])
        if isinstance(found, OverLimit) and found.slow:
            (found,) = await pool.documents([document], slow=True)
    finally:
        pool.close()
    if isinstance(found, ParseFailure | OverLimit):
        raise MonitorError(f"{name}: {found.reason}")
    return found


async def _fetch(settings: Settings, url: str) -> tuple[Sequence[Entry], str]:
    now = SYSTEM_CLOCK.now()
    feed = next((feed for feed in settings.feeds if feed.url == url), None) or FeedSettings(url=url)
    address = parse_url(url)
    async with Fetcher(settings.polling, settings.http) as fetcher:
        answer = await fetcher.get(address, origin=address, access=access_for(feed, settings.http))
    if not isinstance(answer, Fetched):
        raise MonitorError(f"{url}: {answer.reason if isinstance(answer, FetchFailure) else 'no content'}")
    feeds = ParserPool(processes=1)
    try:
        parsed = await feeds(answer.body, answer.url, answer.headers, now)
    finally:
        feeds.close()
    if isinstance(parsed, FeedDelta):
        return parsed.feed.entries, feed.name or parsed.feed.title
    page = RawDocument(data=answer.body, path="page.html", mtime=now, now=now, max_bytes=MAX_BYTES)
    return await _read(page, url), address.host
