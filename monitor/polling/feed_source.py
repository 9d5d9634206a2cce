"""Feeds as a source: keeps the list of feeds in the database as configured, and runs the poller."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

from monitor.daemon.parser_client import ParserPool
from monitor.fetching.fetcher import Fetcher
from monitor.polling import hub_subscriber
from monitor.polling.hub_subscriber import HubSubscriber
from monitor.polling.poller import Poller, PollerResources
from monitor.settings.model import Settings
from monitor.sources.source import Schedule, SourceContext
from monitor.storage import due_feeds, feeds

TICK_S: Final = 1.0
_WAIT_S: Final = 0.05
"""How soon `run_once` looks again for feeds that may be polled: their hosts have gaps of about a second."""


class FeedSource:
    """Polls the configured feeds, with an HTTP client and a parser process of its own."""

    def __init__(self, context: SourceContext) -> None:
        self._database = context.database
        self._clock = context.clock
        self._open = AsyncExitStack()
        self._configured = False
        defaults = Settings()
        self._fetcher = Fetcher(defaults.polling, defaults.http, clock=context.clock)
        parse = ParserPool()
        self._open.callback(parse.close)
        self._hubs = HubSubscriber(context.database, self._fetcher, clock=context.clock)
        resources = PollerResources(database=context.database, fetcher=self._fetcher, parse=parse, hubs=self._hubs)
        self._poller = Poller(resources, defaults, on_stored=context.on_stored, clock=context.clock)

    async def configure(self, settings: Settings) -> None:
        """Poll the feeds of these settings from now on."""
        if not self._configured:
            await asyncio.to_thread(self._release_claims)
            await self._open.enter_async_context(self._fetcher)
            # Closed in reverse: polls under way end before their connections are closed.
            self._open.push_async_callback(self._poller.close)
            self._configured = True
        await asyncio.to_thread(self._sync, settings)
        await asyncio.to_thread(self._hubs.configure, settings)
        self._poller.configure(settings)

    async def start(self, schedule: Schedule) -> None:
        """Claim due feeds and begin to poll them, every second; ask the hubs that they name."""
        schedule("poll", self._poller.tick, TICK_S)
        schedule("hubs", self._hubs.tick, hub_subscriber.TICK_S)

    async def run_once(self, stop: asyncio.Event) -> None:
        """Poll every feed once, whatever its plan; hosts keep their gaps and pauses."""
        started = self._clock.now()
        await asyncio.to_thread(self._make_all_due)
        while not stop.is_set() and await asyncio.to_thread(self._unpolled, started):
            await self._poller.tick()
            await self._poller.drain()
            await asyncio.sleep(_WAIT_S)

    async def close(self) -> None:
        """Stop polling, release the claims of polls under way, and end the parser process."""
        await self._open.aclose()

    def _release_claims(self) -> None:
        # A SQLite file belongs to one machine, which runs one scheduler: what is claimed now was claimed by a killed one.
        if self._database.dialect == "sqlite":
            with self._database.write() as connection:
                feeds.release_all(connection)

    def _sync(self, settings: Settings) -> None:
        with self._database.write() as connection:
            feeds.sync(connection, settings.feeds, self._clock.now())

    def _make_all_due(self) -> None:
        with self._database.write() as connection:
            due_feeds.make_due(connection, self._clock.now())

    def _unpolled(self, since: datetime) -> bool:
        with self._database.read() as connection:
            return feeds.count_unpolled(connection, since, self._clock.now()) > 0
