"""Poll feeds: claim those that are due, poll them, store the results. Each step is bounded, and none waits for the slowest feed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.daemon.parser_client import Parse
from monitor.domain import randomness
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.errors import MonitorError
from monitor.domain.feed import FeedForPoll, FeedUpdate
from monitor.domain.freshness import AgeLimits
from monitor.domain.ids import ScanId
from monitor.domain.source import SourceStatus
from monitor.domain.text import one_line
from monitor.domain.uplink import AWAY, Uplink
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import UNREACHED, FetchFailure
from monitor.logs import get_logger
from monitor.outage_log import OutageLog
from monitor.polling.hub_subscriber import HubSubscriber, missed_entries
from monitor.polling.poll import FeedPollSettings, PollResult, poll
from monitor.polling.poll_log import log_result
from monitor.polling.rekeyed import report_rekeyed
from monitor.settings.model import Settings
from monitor.storage import due_feeds, feeds
from monitor.storage.articles import IngestResult, ingest_all
from monitor.storage.engine import Connection, Database
from monitor.storage.ingest import IngestRequest

MAX_RUNNING = 200
"""At most so many polls run at a time: enough that servers which never answer do not hold up all others, few enough for the memory."""

_LEASE_MARGIN = timedelta(seconds=90)
_MAX_BATCH = 100
_MAX_BATCH_ENTRIES = 500
_RETRY_STORE = timedelta(minutes=10)
_STORE_WITHIN_S = 75.0
"""How long a store that fails is tried again: less than the claims of the feeds last."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
_CLOSE_WITHIN_S = 2.0
_PROBE_S = 3.0
"""While our own connection is away, one feed in so many seconds is polled, and those of the first success tell that it is back."""

_MOST_PROBES = 2
_COLLECT_S = 0.02
"""Results that arrive this soon after the first are stored with it: a transaction costs as much as a poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerResources:
    """What a poller works with; the caller opens and closes it."""

    database: Database
    fetcher: Fetcher
    parse: Parse
    hubs: HubSubscriber | None = None


class Poller:
    """Polls due feeds until it is closed. `on_stored` gets the scans of every stored batch, from the event loop.

    `random_jitter` returns numbers in [0, 1).
    """

    def __init__(
        self,
        resources: PollerResources,
        settings: Settings,
        *,
        on_stored: Callable[[Sequence[ScanId]], object],
        clock: Clock = SYSTEM_CLOCK,
        random_jitter: Callable[[], float] = randomness.jitter,
    ) -> None:
        self._resources = resources
        self._on_stored = on_stored
        self._clock = clock
        self._random_jitter = random_jitter
        self._running: dict[asyncio.Task[None], FeedForPoll] = {}
        self._results: asyncio.Queue[PollResult] = asyncio.Queue()
        self._storing: asyncio.Task[None] | None = None
        self._closing = False
        self._outages = OutageLog()
        self._uplink = Uplink()
        self._probed_at = 0.0
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Poll by these settings from now on."""
        self._settings = settings
        self._resources.fetcher.configure(settings.polling, settings.http)
        self._feeds = {
            feed.url: FeedPollSettings(feed=feed, polling=settings.polling, http=settings.http) for feed in settings.feeds
        }

    async def tick(self) -> int:
        """Claim due feeds, as many as may run, and start polling them without waiting. Return the number of polls started."""
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_results())
        free = MAX_RUNNING - len(self._running)
        if self._uplink.is_away:
            if self._clock.monotonic() - self._probed_at < _PROBE_S:
                return 0
            free, self._probed_at = min(free, _MOST_PROBES), self._clock.monotonic()
        if free <= 0:
            return 0
        claimed = await asyncio.to_thread(self._claim, free)
        for feed, settings in claimed:
            task = asyncio.create_task(self._poll(feed, settings))
            self._running[task] = feed
            task.add_done_callback(self._forget)
        return len(claimed)

    async def drain(self) -> None:
        """Wait until every poll that was started is stored."""
        while self._running:
            await asyncio.wait(self._running)
        await self._results.join()

    async def close(self) -> None:
        """Stop at once. The claims of polls under way are released, so their feeds are due again."""
        self._closing = True
        unfinished = [(feed.id, feed.epoch) for feed in self._running.values()]
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._results.join(), _CLOSE_WITHIN_S)
        if self._storing is not None:
            self._storing.cancel()
            await asyncio.gather(self._storing, return_exceptions=True)
            self._storing = None
        if unfinished:
            await asyncio.to_thread(self._release, unfinished)

    def _claim(self, limit: int) -> list[tuple[FeedForPoll, FeedPollSettings]]:
        """Claim feeds, and return each with its settings. Claims of feeds that are no longer configured are released."""
        polling, configured = self._settings.polling, self._feeds
        with self._resources.database.write() as connection:
            if self._uplink.is_away:
                due_feeds.make_longest_unpolled_due(connection, self._clock.now())
            claimed = feeds.claim_due(
                connection,
                now=self._clock.now(),
                limit=limit,
                lease=polling.timeout + _LEASE_MARGIN,
                host_gap=polling.host_gap,
                host_connections=polling.host_connections,
            )
            feeds.release(connection, [(feed.id, feed.epoch) for feed in claimed if feed.url not in configured])
        return [(feed, configured[feed.url]) for feed in claimed if feed.url in configured]

    def _release(self, claims: Sequence[tuple[object, int]]) -> None:
        with self._resources.database.write() as connection:
            feeds.release(connection, claims)  # type: ignore[arg-type] # ids of claimed feeds

    async def _poll(self, feed: FeedForPoll, settings: FeedPollSettings) -> None:
        result = await poll(
            feed, settings, self._resources.fetcher, self._resources.parse, clock=self._clock, jitter=self._random_jitter()
        )
        result = await self._with_uplink(result)
        hubs = self._resources.hubs
        self._results.put_nowait(result if hubs is None else hubs.slowed(result))

    async def _with_uplink(self, result: PollResult) -> PollResult:
        """Learn from a result whether our own connection is away; while it is, a failure is not the feed's."""
        before, state, now = self._uplink, result.feed.state, self._clock.now()
        failure = result.outcome if isinstance(result.outcome, FetchFailure) else None
        reached = failure is None or failure.problem not in UNREACHED
        worked = state.status is SourceStatus.OK
        self._uplink = before.after(result.feed.url, reached=reached, worked_before=worked, now=now)
        if before.is_away and not self._uplink.is_away and before.since is not None:
            get_logger().warning("uplink.back", away_s=round((now - before.since).total_seconds()))
            await asyncio.to_thread(self._poll_failed_again, before.since - self._settings.polling.timeout)
        if not self._uplink.is_away or reached:
            return result
        if not before.is_away:
            get_logger().warning("uplink.away", feeds=len(self._uplink.failed), since=self._uplink.since)
        after = replace(result.update.state, failures=state.failures, reason=f"{AWAY}; {result.update.state.reason}")
        return replace(result, update=replace(result.update, state=after, host=None))

    def _poll_failed_again(self, since: datetime) -> None:
        with self._resources.database.write() as connection:
            due_feeds.make_failed_due(connection, since, self._clock.now())

    def _forget(self, task: asyncio.Task[None]) -> None:
        feed = self._running.pop(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            get_logger().error("tick.failed", step="poll", feed=feed.url, error=repr(error))

    async def _store_results(self) -> None:
        while True:
            batch = [await self._results.get()]
            if self._running:
                await asyncio.sleep(_COLLECT_S)
            entries = len(batch[0].entries)
            while not self._results.empty() and len(batch) < _MAX_BATCH and entries < _MAX_BATCH_ENTRIES:
                batch.append(self._results.get_nowait())
                entries += len(batch[-1].entries)
            try:
                await self._store_patiently(batch)
            except Exception as error:  # noqa: BLE001 - no result may end the task that stores all others
                get_logger().error("tick.failed", step="store", error=repr(error))
            finally:
                for _ in batch:
                    self._results.task_done()

    async def _store_patiently(self, batch: Sequence[PollResult]) -> None:
        """Store the batch; while the database refuses, try again for as long as the claims last, then give the feeds back."""
        pause, until = _FIRST_PAUSE_S, self._clock.monotonic() + _STORE_WITHIN_S
        while True:
            try:
                scans = await asyncio.to_thread(self._store, batch)
            except MonitorError as error:
                self._outages.failed("store", error)
                if self._closing or self._clock.monotonic() > until:
                    await asyncio.to_thread(self._release, [(result.feed.id, result.feed.epoch) for result in batch])
                    return
            else:
                self._outages.worked("store")
                if scans:
                    self._on_stored(scans)
                return
            await self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _store(self, batch: Sequence[PollResult]) -> list[ScanId]:
        """Store the batch in one transaction; if that fails, one by one, so that one bad result does not lose the others."""
        try:
            return self._store_together(batch)
        except MonitorError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one feed's entries must not stop the others
            if len(batch) == 1:
                self._mark_unstorable(batch[0], error)
                return []
        return [scan for result in batch for scan in self._store([result])]

    def _store_together(self, batch: Sequence[PollResult]) -> list[ScanId]:
        # Feeds are locked before articles in every process: two schedulers never wait for each other in a circle.
        now = self._clock.now()
        limits = AgeLimits(backfill=self._settings.backfill, max_age=self._settings.max_age)
        requests = [result.ingest_requests(limits, now, most=_MAX_BATCH_ENTRIES) for result in batch]
        ingested = [self._store_early(result, parts[:-1]) for result, parts in zip(batch, requests, strict=True)]
        with self._resources.database.write() as connection:
            current = feeds.finish_all(connection, [(result.feed, result.update) for result in batch])
            stored = [number for number, result in enumerate(batch) if (result.feed.id, result.feed.epoch) in current]
            last = ingest_all(connection, [requests[number][-1] for number in stored], now=now)
            for number, one in zip(stored, last, strict=True):
                ingested[number].append(one)
            kept = [(batch[number], ingested[number]) for number in stored]
            self._note_hubs(connection, kept, now)
            report_rekeyed(connection, kept, now)
        for number in stored:
            log_result(batch[number], ingested[number])
        return [scan for parts in ingested for one in parts for scan in one.scans]

    def _note_hubs(
        self, connection: Connection, stored: Sequence[tuple[PollResult, Sequence[IngestResult]]], now: datetime
    ) -> None:
        if self._resources.hubs is not None:
            offered = [result.hub for result, _ in stored if result.hub is not None]
            missed = {result.feed.url: missed_entries(result, parts, now) for result, parts in stored}
            self._resources.hubs.note(connection, offered, missed)

    def _store_early(self, result: PollResult, requests: Sequence[IngestRequest]) -> list[IngestResult]:
        """Store all but the end of a very long document, each part in a transaction of its own, so that others can write in between.

        If the process is killed meanwhile, the next poll skips what was stored.
        """
        ingested: list[IngestResult] = []
        for request in requests:
            with self._resources.database.write() as connection:
                if not feeds.is_claimed(connection, result.feed):
                    break
                ingested += ingest_all(connection, [request], now=self._clock.now())
        return ingested

    def _mark_unstorable(self, result: PollResult, error: Exception) -> None:
        """Mark a feed whose entries cannot be stored as failing, to be polled again later."""
        get_logger().error("tick.failed", step="store", feed=result.feed.url, error=repr(error))
        state = replace(
            result.feed.state,
            status=SourceStatus.FAILING,
            reason=f"its entries could not be stored: {one_line(str(error))[:200]}",
            last_polled_at=self._clock.now(),
            next_poll_at=self._clock.now() + _RETRY_STORE,
        )
        with self._resources.database.write() as connection:
            feeds.finish(connection, result.feed, FeedUpdate(state=state))
