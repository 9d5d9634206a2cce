"""The scheduler: APScheduler ticks, each short, none waiting for another.

    poll          claim due feeds and start polling them              every second
    relay         put unfinished scans and due channels on the queue  every second
    settings      take up a changed configuration                     every second
    watchdog      let others take over from failing channels, tell the operator   every 5 seconds
    housekeeping  forget what retention has run out for               every hour

Folders are watched beside the ticks. All state is in the database, so that the process may be killed at any time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.daemon.parser_client import ParserProcess
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.fetching.fetcher import Fetcher
from monitor.folders.watcher import FolderWatcher
from monitor.logs import get_logger
from monitor.maintenance import retention, watchdog
from monitor.outage_log import OutageLog
from monitor.polling.poller import Poller, PollerResources
from monitor.relay import Relay, hand_over, reconcile
from monitor.settings.live import Changed, LiveSettings
from monitor.settings.model import Settings
from monitor.storage import deliveries, feeds, pages, progress
from monitor.storage.engine import Database

TICK_S = 1.0
WATCHDOG_S = 5.0
HOUSEKEEPING_S = 3600.0

Step = Callable[[], Awaitable[object]]


class Scheduler:
    """What comes in and what is put on the queues. Use `open_scheduler`, then `serve` or `run_once`."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay, fetcher: Fetcher, parse: ParserProcess) -> None:
        self._live = live
        self._database = database
        self._relay = relay
        self._outages = OutageLog()
        self._poller = Poller(
            PollerResources(database=database, fetcher=fetcher, parse=parse), live.current, on_stored=self._hand_over_soon
        )
        self._folders = FolderWatcher(database, on_stored=self._hand_over_soon)
        self._handing_over: set[asyncio.Task[object]] = set()

    async def serve(self, stop: asyncio.Event) -> None:
        """Tick until `stop`."""
        await self._begin()
        ticks = AsyncIOScheduler(timezone=UTC)
        for name, step, every in (
            ("poll", self._poller.tick, TICK_S),
            ("relay", self._relay_all, TICK_S),
            ("settings", self._refresh, TICK_S),
            ("watchdog", self._look, WATCHDOG_S),
            ("housekeeping", self._tidy, HOUSEKEEPING_S),
        ):
            ticks.add_job(
                self._guarded,
                "interval",
                (name, step),
                seconds=every,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=SYSTEM_CLOCK.now(),
            )
        ticks.start()
        watching = asyncio.create_task(self._folders.watch())
        get_logger().info(
            "daemon.started", role="scheduler", feeds=len(self._live.current.feeds), folders=len(self._live.current.folders)
        )
        await stop.wait()
        ticks.shutdown(wait=False)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        get_logger().info("daemon.stopped", role="scheduler")

    async def run_once(self, stop: asyncio.Event) -> None:
        """Poll every source once, then relay until nothing is left that can be done now."""
        await self._begin()
        started = SYSTEM_CLOCK.now()
        await asyncio.to_thread(self._make_all_due)
        reading = asyncio.create_task(self._folders.read_all())
        while not stop.is_set() and await asyncio.to_thread(self._unpolled, started):
            await self._poller.tick()
            await self._poller.drain()
            await asyncio.sleep(0.05)
        await reading
        while not stop.is_set() and not await asyncio.to_thread(self._idle):
            await self._relay_all()
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Give back what is under way."""
        await self._poller.close()
        await asyncio.gather(*self._handing_over, return_exceptions=True)

    async def _guarded(self, name: str, step: Step) -> None:
        """Run one step; an error is logged once per outage, and the step runs again at its next time."""
        try:
            await step()
        except (MonitorError, OSError) as error:
            self._outages.failed(name, error)
        else:
            self._outages.worked(name)

    async def _begin(self) -> None:
        """Take up the configuration. SQLite is one machine's, which runs one scheduler: what a killed one had claimed is free."""

        def release() -> None:
            with self._database.write() as connection:
                feeds.release_all(connection)

        if self._database.dialect == "sqlite":
            await asyncio.to_thread(release)
        await self._take_up(self._live.current)

    async def _take_up(self, settings: Settings) -> None:
        def sync() -> None:
            with self._database.write() as connection:
                feeds.sync(connection, settings.feeds, SYSTEM_CLOCK.now())

        await asyncio.to_thread(sync)
        self._poller.configure(settings)
        self._folders.configure(settings.folders)

    async def _refresh(self) -> None:
        outcome = await asyncio.to_thread(self._live.refresh)
        if outcome is None:
            return
        if isinstance(outcome, Changed):
            await self._take_up(outcome.settings)
            get_logger().info(
                "config.loaded", role="scheduler", feeds=len(outcome.settings.feeds), terms=len(outcome.settings.terms)
            )
        else:
            get_logger().error("config.rejected", role="scheduler", faults=[str(fault) for fault in outcome.faults])

    async def _relay_all(self) -> None:
        def relay() -> None:
            self._requeue_pages()
            reconcile(self._database, self._relay, SYSTEM_CLOCK.now())
            with self._database.read() as connection:
                due = deliveries.due_channels(connection, SYSTEM_CLOCK.now())
            for channel in due:
                self._relay.deliver(channel)

        await asyncio.to_thread(relay)

    async def _look(self) -> None:
        await asyncio.to_thread(watchdog.look, self._database, self._live.current, SYSTEM_CLOCK.now())

    def _requeue_pages(self) -> None:
        with self._database.read() as connection:
            due = pages.due(connection, SYSTEM_CLOCK.now())
        if due:
            with self._database.write() as connection:
                pages.requeue(connection, SYSTEM_CLOCK.now())

    async def _tidy(self) -> None:
        settings = self._live.current
        await asyncio.to_thread(
            retention.prune, self._database, settings.retention, SYSTEM_CLOCK.now(), window=settings.stories.window
        )

    def _hand_over_soon(self, scans: Sequence[ScanId]) -> None:
        """Relay what was just stored, without making the caller wait for Redis."""
        task: asyncio.Task[object] = asyncio.create_task(
            asyncio.to_thread(hand_over, self._database, self._relay, scans, SYSTEM_CLOCK.now())
        )
        self._handing_over.add(task)
        task.add_done_callback(self._handing_over.discard)

    def _make_all_due(self) -> None:
        with self._database.write() as connection:
            feeds.make_due(connection, SYSTEM_CLOCK.now())

    def _unpolled(self, since: datetime) -> bool:
        with self._database.read() as connection:
            return feeds.unpolled(connection, since, SYSTEM_CLOCK.now()) > 0

    def _idle(self) -> bool:
        with self._database.read() as connection:
            return progress.idle(connection, SYSTEM_CLOCK.now())


@asynccontextmanager
async def open_scheduler(live: LiveSettings, database: Database, relay: Relay) -> AsyncIterator[Scheduler]:
    """A scheduler with its connections, closed at the end."""
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(Fetcher(live.current.polling, live.current.http))
        parse = ParserProcess()
        stack.callback(parse.close)
        scheduler = Scheduler(live, database, relay, fetcher, parse)
        stack.push_async_callback(scheduler.close)
        yield scheduler
