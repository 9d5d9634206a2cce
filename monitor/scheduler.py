"""The scheduler: repeats short steps with APScheduler, none waiting for another, and runs every source.

    relay         put unfinished scans and due channels on the queue             every second
    settings      apply a changed configuration                                  every second
    watchdog      copy alerts of failing channels to others                      every 5 seconds
    canary        send a made article all the way, when it is time               every second
    housekeeping  delete what retention no longer keeps                          every hour

Sources add steps of their own. All state is in the database, so the process may be killed at any time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.daemon.step_beats import StepBeats
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ScanId
from monitor.logs import get_logger
from monitor.maintenance import retention, send_canary, watchdog
from monitor.outage_log import OutageLog
from monitor.relay import Relay, due_channels, hand_over, reconcile
from monitor.settings.live import Changed, LiveSettings
from monitor.settings.model import Settings
from monitor.sources.registry import kinds_for, source_counts
from monitor.sources.source import Source, SourceContext, Step
from monitor.storage import clock_jumps, holds, pages, progress
from monitor.storage.engine import Database

TICK_S = 1.0
WATCHDOG_S = 5.0
HOUSEKEEPING_S = 3600.0
_SLOW_STEP_S = 600.0
"""How long a step that reads a whole folder, or deletes old rows, may last; the others last seconds."""
_QUICK_STEPS = ("relay", "canary", "settings", "watchdog")
_IDLE_CHECK_S = 0.1


class Scheduler:
    """Runs the sources and puts what they store on the queues. Use `open_scheduler`, then `serve` or `run_once`."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay, beats: StepBeats | None = None) -> None:
        self._live = live
        self._beats = beats or StepBeats()
        self._database = database
        self._relay = relay
        self._outages = OutageLog()
        self._ticks = AsyncIOScheduler(timezone=UTC)
        self._handing_over: set[asyncio.Task[object]] = set()
        self._context = SourceContext(database=database, on_stored=self._hand_over_soon)
        self._sources: dict[str, Source] = {}
        self._started: set[str] = set()
        self._configured: Settings | None = None

    async def serve(self, stop: asyncio.Event) -> None:
        """Run until `stop`."""
        await self._configure_sources()
        await self._start_sources()
        self._schedule("relay", self._relay_all, TICK_S)
        self._schedule("canary", self._send_canary, send_canary.EVERY_S)
        self._schedule("settings", self._refresh_settings, TICK_S)
        self._schedule("watchdog", self._run_watchdog, WATCHDOG_S)
        self._schedule("housekeeping", self._prune, HOUSEKEEPING_S)
        self._ticks.start()
        get_logger().info("daemon.started", role="scheduler", **source_counts(self._live.current))
        await self._follow_clock(stop)
        self._ticks.shutdown(wait=False)
        get_logger().info("daemon.stopped", role="scheduler")

    async def _follow_clock(self, stop: asyncio.Event) -> None:
        """Wait for `stop`. When the wall clock goes back, what was planned by the one ahead is due at once, the steps too."""
        before = SYSTEM_CLOCK.now()
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)
            now = SYSTEM_CLOCK.now()
            if now < before:
                for job in self._ticks.get_jobs():
                    job.modify(next_run_time=now)
                await self._guarded("clock", self._forget_the_future)
            before = now

    async def run_once(self, stop: asyncio.Event) -> None:
        """Read every source once, then relay until nothing is left that can be done now."""
        await self._configure_sources()
        await asyncio.to_thread(self._look_at_holds_again)
        await asyncio.gather(*(source.run_once(stop) for source in self._sources.values()))
        while not stop.is_set() and not await asyncio.to_thread(self._is_idle):
            await self._relay_all()
            await asyncio.sleep(_IDLE_CHECK_S)

    async def close(self) -> None:
        """Close every source, even if one fails to close, and finish handing over what they stored."""
        closed = await asyncio.gather(*(source.close() for source in self._sources.values()), return_exceptions=True)
        for name, error in zip(self._sources, closed, strict=True):
            if error is not None:
                get_logger().error("tick.failed", step=f"close {name}", error=repr(error))
        await asyncio.gather(*self._handing_over, return_exceptions=True)

    def _schedule(self, name: str, step: Step, every_s: float) -> None:
        self._beats.expect(name, every_s=every_s, within_s=None if name in _QUICK_STEPS else 2 * every_s + _SLOW_STEP_S)
        self._ticks.add_job(
            self._guarded,
            "interval",
            (name, step),
            seconds=every_s,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=SYSTEM_CLOCK.now(),
        )

    async def _guarded(self, name: str, step: Step) -> None:
        """Run one step; an error is logged once per outage, and the step runs again at its next time."""
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - whatever a step raises, it runs again
            self._outages.failed(name, error)
            self._beats.beat(name, error)
        else:
            self._outages.worked(name)
            self._beats.beat(name)

    async def _configure_sources(self) -> None:
        """Configure every source, those too of which nothing is configured any more. Kinds that are new in the settings are opened."""
        settings = self._live.current
        for name, kind in kinds_for(settings).items():
            if name not in self._sources:
                self._sources[name] = kind.open(self._context)
        for source in self._sources.values():
            await source.configure(settings)
        self._configured = settings
        await asyncio.to_thread(self._keep_as_good)

    def _keep_as_good(self) -> None:
        try:
            self._live.keep_as_good()
        except OSError as error:
            self._outages.failed("keep the configuration", error)
        else:
            self._outages.worked("keep the configuration")

    async def _start_sources(self) -> None:
        for name, source in self._sources.items():
            if name not in self._started:
                await source.start(self._schedule)
                self._started.add(name)

    async def _refresh_settings(self) -> None:
        outcome = await asyncio.to_thread(self._live.refresh)
        if self._configured is not self._live.current:  # changed just now, or a source failed to take an earlier change
            await self._configure_sources()
            await self._start_sources()
        if isinstance(outcome, Changed):
            settings = outcome.settings
            get_logger().info("config.loaded", role="scheduler", **source_counts(settings), terms=len(settings.terms))
        elif outcome is not None:
            get_logger().error("config.rejected", role="scheduler", faults=[str(fault) for fault in outcome.faults])

    async def _relay_all(self) -> None:
        def relay() -> None:
            self._requeue_pages()
            reconcile(self._database, self._relay, SYSTEM_CLOCK.now())
            for channel in due_channels(self._database, SYSTEM_CLOCK.now()):
                self._relay.deliver(channel)

        await asyncio.to_thread(relay)

    async def _run_watchdog(self) -> None:
        await asyncio.to_thread(watchdog.check, self._database, self._live.current, SYSTEM_CLOCK.now())

    async def _send_canary(self) -> None:
        await asyncio.to_thread(send_canary.send_if_due, self._database, self._relay, self._live.current, SYSTEM_CLOCK.now())

    async def _forget_the_future(self) -> None:
        def forget() -> None:
            with self._database.write() as connection:
                clock_jumps.forget_the_future(connection, SYSTEM_CLOCK.now(), self._live.current.polling.max)

        await asyncio.to_thread(forget)

    def _requeue_pages(self) -> None:
        with self._database.read() as connection:
            due = pages.due(connection, SYSTEM_CLOCK.now())
        if due:
            with self._database.write() as connection:
                pages.requeue(connection, SYSTEM_CLOCK.now())

    async def _prune(self) -> None:
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

    def _look_at_holds_again(self) -> None:
        # A silence may have been lifted or removed while nothing ran: what it held is due, and must be waited for.
        with self._database.write() as connection:
            holds.look_again(connection, SYSTEM_CLOCK.now())

    def _is_idle(self) -> bool:
        with self._database.read() as connection:
            return progress.idle(connection, SYSTEM_CLOCK.now())


@asynccontextmanager
async def open_scheduler(
    live: LiveSettings, database: Database, relay: Relay, beats: StepBeats | None = None
) -> AsyncIterator[Scheduler]:
    """Open a scheduler; its sources are closed at the end."""
    scheduler = Scheduler(live, database, relay, beats)
    try:
        yield scheduler
    finally:
        await scheduler.close()
