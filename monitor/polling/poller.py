"""The poller: claims what is due, polls it, and stores what came, each step bounded, none waiting for the slowest feed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.daemon.parser_client import Parse
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.errors import MonitorError
from monitor.domain.feed import FeedForPoll, FeedUpdate
from monitor.domain.ids import ScanId
from monitor.domain.source import SourceStatus
from monitor.domain.text import one_line
from monitor.fetching.fetcher import Fetcher
from monitor.logs import get_logger
from monitor.polling.poll import FeedPollSettings, PollResult, poll
from monitor.settings.model import Settings
from monitor.storage import feeds
from monitor.storage.articles import IngestResult, ingest_all
from monitor.storage.engine import Database
from monitor.storage.ingest import IngestRequest

MAX_RUNNING = 200
"""Polls at the same time: enough that servers which never answer do not take every place, few enough for one process's memory."""

_LEASE_MARGIN = timedelta(seconds=90)
_MAX_BATCH = 100
_MAX_BATCH_ENTRIES = 500
_RETRY_STORE = timedelta(minutes=10)
_GATHER_S = 0.02
"""Results that come this soon after the first are stored with it: a transaction costs as much as a poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerResources:
    """What a poller works with; all of it is the caller's to open and close."""

    database: Database
    fetcher: Fetcher
    parse: Parse


class Poller:
    """Polls due feeds until it is closed. `on_stored` is told the scans of every stored batch, from the event loop."""

    def __init__(
        self,
        tools: PollerResources,
        settings: Settings,
        *,
        on_stored: Callable[[Sequence[ScanId]], object],
        clock: Clock = SYSTEM_CLOCK,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._tools = tools
        self._on_stored = on_stored
        self._clock = clock
        self._chance = chance
        self._running: dict[asyncio.Task[None], FeedForPoll] = {}
        self._results: asyncio.Queue[PollResult] = asyncio.Queue()
        self._storing: asyncio.Task[None] | None = None
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Poll by these settings from now on."""
        self._settings = settings
        self._tools.fetcher.configure(settings.polling, settings.http)
        self._feeds = {
            feed.url: FeedPollSettings(feed=feed, polling=settings.polling, http=settings.http) for feed in settings.feeds
        }

    async def tick(self) -> int:
        """Claim what is due, as far as there is room, and start polling it; the number of polls started. Does not wait for them."""
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_results())
        room = MAX_RUNNING - len(self._running)
        if room <= 0:
            return 0
        claimed = await asyncio.to_thread(self._claim, room)
        for feed, setting in claimed:
            task = asyncio.create_task(self._poll(feed, setting))
            self._running[task] = feed
            task.add_done_callback(self._finished)
        return len(claimed)

    async def drain(self) -> None:
        """Wait until every poll that was started is stored."""
        while self._running:
            await asyncio.wait(self._running)
        await self._results.join()

    async def close(self) -> None:
        """Stop at once; polls that are under way are given back and will be due again."""
        unfinished = [(feed.id, feed.epoch) for feed in self._running.values()]
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._results.join()
        if self._storing is not None:
            self._storing.cancel()
            await asyncio.gather(self._storing, return_exceptions=True)
            self._storing = None
        if unfinished:
            await asyncio.to_thread(self._release, unfinished)

    def _claim(self, room: int) -> list[tuple[FeedForPoll, FeedPollSettings]]:
        """Feeds and what is configured for them; those that the configuration has lost in this moment are given back."""
        polling, configured = self._settings.polling, self._feeds
        with self._tools.database.write() as connection:
            claimed = feeds.claim_due(
                connection,
                now=self._clock.now(),
                limit=room,
                lease=polling.timeout + _LEASE_MARGIN,
                host_gap=polling.host_gap,
                host_connections=polling.host_connections,
            )
            feeds.release(connection, [(feed.id, feed.epoch) for feed in claimed if feed.url not in configured])
        return [(feed, configured[feed.url]) for feed in claimed if feed.url in configured]

    def _release(self, claims: Sequence[tuple[object, int]]) -> None:
        with self._tools.database.write() as connection:
            feeds.release(connection, claims)  # type: ignore[arg-type] # ids of claimed feeds

    async def _poll(self, feed: FeedForPoll, setting: FeedPollSettings) -> None:
        result = await poll(feed, setting, self._tools.fetcher, self._tools.parse, clock=self._clock, jitter=self._chance())
        self._results.put_nowait(result)

    def _finished(self, task: asyncio.Task[None]) -> None:
        feed = self._running.pop(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            get_logger().error("tick.failed", step="poll", feed=feed.url, error=repr(error))

    async def _store_results(self) -> None:
        while True:
            batch = [await self._results.get()]
            if self._running:
                await asyncio.sleep(_GATHER_S)
            entries = len(batch[0].entries)
            while not self._results.empty() and len(batch) < _MAX_BATCH and entries < _MAX_BATCH_ENTRIES:
                batch.append(self._results.get_nowait())
                entries += len(batch[-1].entries)
            try:
                scans = await asyncio.to_thread(self._store, batch)
                if scans:
                    self._on_stored(scans)
            except MonitorError as error:
                get_logger().error("tick.failed", step="store", error=str(error))
            finally:
                for _ in batch:
                    self._results.task_done()

    def _store(self, batch: Sequence[PollResult]) -> list[ScanId]:
        """Store the batch in one transaction; if that fails, one by one, so that one bad result does not cost the others."""
        try:
            return self._store_together(batch)
        except MonitorError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one feed's entries must not stop the others
            if len(batch) == 1:
                self._give_up(batch[0], error)
                return []
        return [scan for result in batch for scan in self._store([result])]

    def _store_together(self, batch: Sequence[PollResult]) -> list[ScanId]:
        """Every feed's row before any article: so two schedulers never wait for each other in a circle."""
        now = self._clock.now()
        arrivals = [result.arrivals(self._settings.backfill, now, most=_MAX_BATCH_ENTRIES) for result in batch]
        taken = [self._store_early(result, parts[:-1]) for result, parts in zip(batch, arrivals, strict=True)]
        with self._tools.database.write() as connection:
            current = feeds.finish_all(connection, [(result.feed, result.update) for result in batch])
            stored = [number for number, result in enumerate(batch) if (result.feed.id, result.feed.epoch) in current]
            last = ingest_all(connection, [arrivals[number][-1] for number in stored], now=now)
        for number, one in zip(stored, last, strict=True):
            taken[number].append(one)
            _report(batch[number], taken[number])
        return [scan for parts in taken for one in parts for scan in one.scans]

    def _store_early(self, result: PollResult, arrivals: Sequence[IngestRequest]) -> list[IngestResult]:
        """Store all but the end of a very long document, each part in a transaction of its own, since others want to write as well.

        What is stored of it when the process is killed, the next poll finds known.
        """
        taken: list[IngestResult] = []
        for arrival in arrivals:
            with self._tools.database.write() as connection:
                if not feeds.is_claimed(connection, result.feed):
                    break
                taken += ingest_all(connection, [arrival], now=self._clock.now())
        return taken

    def _give_up(self, result: PollResult, error: Exception) -> None:
        """The entries of one feed cannot be stored: say so in its health and try again later."""
        get_logger().error("tick.failed", step="store", feed=result.feed.url, error=repr(error))
        state = replace(
            result.feed.state,
            status=SourceStatus.FAILING,
            reason=f"its entries could not be stored: {one_line(str(error))[:200]}",
            last_polled_at=self._clock.now(),
            next_poll_at=self._clock.now() + _RETRY_STORE,
        )
        with self._tools.database.write() as connection:
            feeds.finish(connection, result.feed, FeedUpdate(state=state))


def _report(result: PollResult, stored: Sequence[IngestResult]) -> None:
    """Log what changed: a feed that goes on failing is in the health list, not in the log again and again."""
    log = get_logger().bind(feed=result.feed.url)
    before, after = result.feed.state, result.update.state
    if after.status is SourceStatus.GONE:
        log.warning("feed.gone", reason=after.reason)
    elif after.status is SourceStatus.FAILING:
        level = log.debug if before.status is SourceStatus.FAILING and before.reason == after.reason else log.info
        level("feed.failed", reason=after.reason, next_poll_at=after.next_poll_at)
    else:
        if before.status is SourceStatus.FAILING:
            log.info("feed.recovered")
        new, revised = (sum(len(ids) for ids in kind) for kind in zip(*((one.new, one.revised) for one in stored), strict=True))
        log.debug("feed.polled", entries=result.read, new=new, revised=revised)
        if new or revised:
            log.info("article.stored", new=new, revised=revised)
