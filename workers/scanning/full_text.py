"""Read the pages behind the links of articles whose feed carries only summaries.

An article waits for its page until the deadline; then its summary is matched, and the page becomes the next revision when it can be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.daemon.parser_client import ParserPool
from monitor.domain.article import Article, PageState
from monitor.domain.aside import shifted
from monitor.domain.clock import Clock
from monitor.domain.urls import is_http
from monitor.fetching.article_reader import ArticlePage, ArticleReader, Unread
from monitor.parse.result import ExtractedArticle
from monitor.settings.model import Settings
from monitor.storage.engine import Database

DEADLINE_S = 8.0
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long to wait before the second, third and last try."""

_TURN = timedelta(seconds=15)
"""How long to wait for another turn where the host is busy with other pages; that is no try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """The result of reading a page: the article with its text, or when to try again (None: never).

    `poison` is the hash of a page that takes more than a parser process may have, `reason` says why a page is not read. `busy`: nothing was
    asked for yet.
    """

    article: Article
    read: bool
    due_at: datetime | None = None
    poison: bytes | None = None
    reason: str = ""
    busy: bool = False


class FullTextReader:
    """Reads the pages of articles whose feed has `full_text`."""

    def __init__(self, database: Database, settings: Settings, parsers: ParserPool, *, clock: Clock) -> None:
        self._reader = ArticleReader(database, settings, parsers, clock=clock)
        self._parsers = parsers
        self._feeds = {feed.address for feed in settings.listed_feeds if feed.full_text}
        self._clock = clock

    def is_wanted(self, article: Article) -> bool:
        """Return whether the article's page is to be read."""
        return (
            article.feed_url in self._feeds
            and article.page is PageState.UNREAD
            and bool(article.url)
            and is_http(article.url or "")
        )

    def read(self, articles: Sequence[Article]) -> list[PageResult]:
        """Read the pages of these articles, all at the same time, until the deadline."""
        try:
            return asyncio.run(self._read_all(articles))
        finally:
            self._parsers.shrink()

    async def _read_all(self, articles: Sequence[Article]) -> list[PageResult]:
        return list(await asyncio.gather(*(self._read(article) for article in articles)))

    async def _read(self, article: Article) -> PageResult:
        page = ArticlePage(url=article.url or "", title=article.title, feed_url=article.feed_url)
        found = await self._reader.read_async(page, deadline_s=DEADLINE_S)
        if isinstance(found, ExtractedArticle):
            return PageResult(article=_completed(article, found), read=True)
        now = self._clock.now()
        due_at = now + _TURN if found.busy else _next_try(article, found, now)
        return PageResult(article=article, read=False, due_at=due_at, poison=found.poison, reason=found.reason, busy=found.busy)


def _completed(article: Article, page: ExtractedArticle) -> Article:
    """Return the article with the page's text, after the feed's where that says something else. A scanned article gets a new revision."""
    body, asides = page.text, page.asides
    if article.text not in page.text:
        body, asides = f"{article.text}\n\n{body}", (*article.asides, *shifted(asides, len(article.text) + 2))
    changed = article.scanned_at is not None and body != article.text
    return replace(article, text=body, asides=asides, revision=article.revision + changed, page=PageState.READ)


def _next_try(article: Article, unread: Unread, now: datetime) -> datetime | None:
    if not unread.again or article.page_tries >= len(WAITS):
        return None
    waited = now + WAITS[article.page_tries]
    return waited if unread.retry_at is None else max(waited, unread.retry_at)
