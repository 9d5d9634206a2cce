"""Full text: for feeds that carry only summaries, the page behind the link is read before the article is matched.

Nobody waits for it longer than the deadline: then the summary is matched, and the page, when it can be read, is the next revision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.article import Article, PageState
from monitor.domain.clock import Clock
from monitor.domain.urls import is_http
from monitor.fetching.article_reader import ArticleReader, Page, Unread
from monitor.parse.article_page import Extracted
from monitor.settings.model import Settings
from monitor.storage.engine import Database

DEADLINE_S = 8.0
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long to wait before the second, third and last try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What came of reading a page: the article with its text, or when to try again (None: never)."""

    article: Article
    read: bool
    due_at: datetime | None = None


class FullTextReader:
    """Reads the pages of articles whose feed asks for it."""

    def __init__(self, database: Database, settings: Settings, *, clock: Clock) -> None:
        self._reader = ArticleReader(database, settings, clock=clock)
        self._wanting = {feed.url for feed in settings.feeds if feed.full_text}
        self._clock = clock

    def wanted(self, article: Article) -> bool:
        """Whether the article's page is to be read."""
        return (
            article.feed_url in self._wanting
            and article.page is PageState.UNREAD
            and bool(article.url)
            and is_http(article.url or "")
        )

    def read(self, articles: Sequence[Article]) -> list[PageResult]:
        """Read the pages of these, all at the same time, within the deadline."""
        return asyncio.run(self._read_all(articles))

    async def _read_all(self, articles: Sequence[Article]) -> list[PageResult]:
        return list(await asyncio.gather(*(self._read(article) for article in articles)))

    async def _read(self, article: Article) -> PageResult:
        page = Page(url=article.url or "", title=article.title, feed_url=article.feed_url)
        found = await self._reader.read_async(page, deadline_s=DEADLINE_S)
        if isinstance(found, Extracted):
            return PageResult(article=_completed(article, found.text), read=True)
        return PageResult(article=article, read=False, due_at=_next_try(article, found, self._clock.now()))


def _completed(article: Article, text: str) -> Article:
    """The page's text in place of the feed's, which stands before it where it says something else. A scanned article gets a new revision."""
    body = text if article.text in text else f"{article.text}\n\n{text}".strip()
    changed = article.scanned_at is not None and body != article.text
    return replace(article, text=body, revision=article.revision + changed, page=PageState.READ)


def _next_try(article: Article, unread: Unread, now: datetime) -> datetime | None:
    if not unread.again or article.page_tries >= len(WAITS):
        return None
    waited = now + WAITS[article.page_tries]
    return waited if unread.retry_at is None else max(waited, unread.retry_at)
