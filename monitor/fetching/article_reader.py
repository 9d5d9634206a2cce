"""Read the article behind a link as politely as a feed: with a gap to other requests to its host, and within a deadline."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import OverLimit
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.errors import ParserUnavailable
from monitor.domain.feed import rate_limit_key
from monitor.domain.urls import Url, parse_url
from monitor.fetching.access import Access, access_for
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure, Problem
from monitor.parse.result import ExtractedArticle, NoArticle
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.storage import hosts
from monitor.storage.engine import Database

EXTRACTION_S = 10.0
"""Extraction takes about 20 ms; but others may be before it."""
MAX_PAGES = 6
"""So many pages of one article are read, as long as the deadline allows."""

PAUSE = timedelta(minutes=1)
_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
_TEMPORARY = frozenset(
    {
        Problem.TIMEOUT,
        Problem.TOO_FAST,
        Problem.FORBIDDEN,
        Problem.SERVER_ERROR,
        Problem.DNS_TEMPORARY,
        Problem.CONNECT,
        Problem.TRUNCATED,
        Problem.PROTOCOL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """The article could not be read. `again`: a later try may succeed; `retry_at` is when the server asked us to come back.

    `poison` is the hash of a page that takes more than a parser process may have. `busy`: the page was not asked for, since its host is to have a gap between requests.
    """

    reason: str
    again: bool
    retry_at: datetime | None = None
    poison: bytes | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """What to read: the link of an entry, its title, and the URL of the feed that it is from, whose site may be in a private network."""

    url: str
    title: str = ""
    feed_url: str | None = None


class ArticleReader:
    """Reads article pages for workers. Each call opens connections of its own: articles rarely share a host.

    `parsers` extract the article from a page.
    """

    def __init__(self, database: Database, settings: Settings, parsers: ParserPool, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._parsers = parsers
        self._database = database
        self._settings = settings
        self._clock = clock
        self._feeds = {feed.url: feed for feed in settings.feeds}

    def read(self, page: ArticlePage, *, deadline_s: float) -> ExtractedArticle | Unread:
        """Return the article's text, or why there is none, within `deadline_s` and at most EXTRACTION_S more."""
        return asyncio.run(self.read_async(page, deadline_s=deadline_s))

    async def read_async(self, page: ArticlePage, *, deadline_s: float) -> ExtractedArticle | Unread:
        """Do what `read` does, from an event loop."""
        url = parse_url(page.url)
        if not url.is_http:
            return Unread(reason="the entry has no web address", again=False)
        until = self._clock.monotonic() + deadline_s
        found = await self._read_page(page, url, deadline_s)
        if not isinstance(found, tuple):
            return found
        first, whole = found
        for number in range(2, MAX_PAGES + 1):
            left = until - self._clock.monotonic()
            if whole.next_page is None or left <= 0:
                break
            more = await self._read_page(page, parse_url(whole.next_page), left, first=first, number=number)
            if not isinstance(more, tuple):
                break
            whole = _joined(whole, more[1])
        return whole

    async def _read_page(
        self, page: ArticlePage, url: Url, deadline_s: float, *, first: str | None = None, number: int = 1
    ) -> tuple[str, ExtractedArticle] | Unread:
        """Return where a page of an article was found in the end, and its text; or why there is none."""
        polling = self._settings.polling
        start = await asyncio.to_thread(self._reserve, url, deadline_s)
        if start is None:
            return Unread(reason="its host is busy", again=True, busy=True)
        waited = max(0.0, (start - self._clock.now()).total_seconds())
        await asyncio.sleep(waited)
        origin = None if page.feed_url is None else parse_url(page.feed_url)
        async with Fetcher(polling, self._settings.http, clock=self._clock) as fetcher:
            answer = await fetcher.get(
                url, origin=origin, access=self._access(page), accept=_PAGE, deadline_s=max(0.1, deadline_s - waited)
            )
        if isinstance(answer, FetchFailure):
            if answer.problem is Problem.TOO_FAST:
                await asyncio.to_thread(self._pause, url, answer)
            return Unread(reason=answer.reason, again=answer.problem in _TEMPORARY, retry_at=answer.retry_at)
        if not isinstance(answer, Fetched) or not _is_page(answer):
            return Unread(reason="the link leads to something other than a web page", again=False)
        found = await self._extract(answer, page.title, first, number)
        return found if isinstance(found, Unread) else (answer.url, found)

    async def _extract(self, answer: Fetched, title: str, first: str | None, number: int) -> ExtractedArticle | Unread:
        try:
            async with asyncio.timeout(EXTRACTION_S):
                found = await self._parsers.page(answer.body, answer.url, title=title, first=first, number=number)
        except (TimeoutError, ParserUnavailable):
            return Unread(reason="too many pages are read at once", again=True)
        if isinstance(found, OverLimit):
            return Unread(reason=found.reason, again=False, poison=hashlib.sha256(answer.body).digest())
        return Unread(reason=found.reason, again=False) if isinstance(found, NoArticle) else found

    def _access(self, page: ArticlePage) -> Access:
        # The fetcher sends the feed's headers to the feed's own site only.
        feed: FeedSettings | None = self._feeds.get(page.feed_url or "")
        if feed is not None:
            return access_for(feed, self._settings.http)
        proxy = self._settings.http.proxy
        return Access(proxy=None if proxy is None else proxy.get_secret_value())

    def _reserve(self, url: Url, deadline_s: float) -> datetime | None:
        """Reserve the next free moment of the page's host; None if that is too late."""
        now = self._clock.now()
        with self._database.write() as connection:
            return hosts.reserve(
                connection,
                rate_limit_key(url),
                now=now,
                gap=self._settings.polling.host_gap,
                latest=now + timedelta(seconds=deadline_s / 2),
            )

    def _pause(self, url: Url, refusal: FetchFailure) -> None:
        """Ask nothing more of a host that says it is asked too often: what waits for a turn is not tried in vain."""
        with self._database.write() as connection:
            until = refusal.retry_at or self._clock.now() + PAUSE
            hosts.pause(connection, rate_limit_key(url), until, f"the page of an article: {refusal.reason}")


def _joined(whole: ExtractedArticle, more: ExtractedArticle) -> ExtractedArticle:
    """Return the pages of an article so far with the next one; what each of them repeats stays once."""
    said = set(whole.text.split("\n\n"))
    new = "\n\n".join(paragraph for paragraph in more.text.split("\n\n") if paragraph not in said)
    return ExtractedArticle(text=f"{whole.text}\n\n{new}" if new else whole.text, asides=whole.asides, next_page=more.next_page)


def _is_page(answer: Fetched) -> bool:
    kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    return kind in {"text/html", "application/xhtml+xml", "text/plain", "", "application/octet-stream"}
