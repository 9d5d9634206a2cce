"""What the tests of polling are played with: a server that does as it is told, a clock, and a poller to watch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web
from sqlalchemy import select

from monitor.domain.feed import Feed
from monitor.domain.virtual_clock import VirtualClock
from monitor.polling.poller import Poller
from monitor.settings.model import Settings
from monitor.storage import feeds
from monitor.storage.engine import Database
from monitor.storage.tables import articles

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def rss(*titles: str, extra: str = "") -> str:
    """An RSS document with one entry per title; the title is the guid too."""
    items = "".join(f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid></item>" for title in titles)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Example</title>{extra}{items}</channel></rss>"


@dataclass
class Site:
    """A server whose pages are handlers by path; it remembers every request."""

    url: str = ""
    pages: dict[str, Handler] = field(default_factory=dict)
    requests: list[web.Request] = field(default_factory=list)

    def page(self, path: str, body: str | bytes = "", *, status: int = 200, headers: dict[str, str] | None = None) -> str:
        """Serve a fixed answer at `path`; its URL."""

        async def answer(_: web.Request) -> web.StreamResponse:
            data = body.encode() if isinstance(body, str) else body
            return web.Response(body=data, status=status, headers=headers or {})

        self.pages[path] = answer
        return self.url + path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer by path; 404 for what nobody has put there."""
        self.requests.append(request)
        handler = self.pages.get(request.path)
        return web.Response(status=404) if handler is None else await handler(request)

    def asked(self, path: str) -> int:
        """How many requests `path` has had."""
        return sum(1 for request in self.requests if request.path == path)


START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class PollerHarness:
    """A poller on a database of its own, and what can be seen of its work."""

    database: Database
    poller: Poller
    clock: VirtualClock
    settings: Settings
    scans: list[str]

    async def poll(self) -> int:
        """Poll everything that is due, and wait until it is stored."""
        started = await self.poller.tick()
        await self.poller.drain()
        return started

    def feed(self, url: str) -> Feed:
        """The health of one feed."""
        with self.database.read() as connection:
            return next(feed for feed in feeds.list_feeds(connection) if feed.url == url)

    def titles(self, *, alertable: bool | None = None) -> list[str]:
        """The titles of the stored articles in the order of their storage."""
        query = select(articles.c.title).order_by(articles.c.fetched_at)
        with self.database.read() as connection:
            return list(connection.scalars(query if alertable is None else query.where(articles.c.alertable == alertable)))
