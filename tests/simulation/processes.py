"""The processes of the daemon, each a coroutine that does what the real one does, with the same steps of the program."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from monitor.daemon.parser_process import read_feed
from monitor.domain.clock import Clock
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.maintenance import retention, watchdog
from monitor.parse.feed_delta import FeedDelta
from monitor.parse.result import ParseFailure
from monitor.polling.poller import Poller, PollerResources
from monitor.relay import hand_over, reconcile
from monitor.settings.model import Settings
from monitor.storage import deliveries, feeds
from monitor.storage.engine import Database
from tests.simulation.world import Poster, QueueClient, Web
from workers.delivery.channel_lease import ChannelLease
from workers.delivery.channel_sender import ChannelSender
from workers.delivery.report_held import HeldReporter
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.index_missing import index_missing
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

BUSY_S, PATIENT_S, IDLE_S = 2.0, 120.0, 1200.0
_HOUR = timedelta(hours=1)


async def parse_here(
    body: bytes, url: str, headers: Mapping[str, str], now: datetime, known: bytes = b""
) -> FeedDelta | ParseFailure:
    """Parse as the parser process does, without a process."""
    parsed = read_feed(body, {"url": url, "headers": headers, "now": now.isoformat()}, known)
    assert isinstance(parsed, FeedDelta | ParseFailure)
    return parsed


async def run_scheduler(database: Database, settings: Settings, web: Web, queue: QueueClient, clock: Clock, rng: Random) -> None:
    """Poll, store, relay, watch and prune until killed."""

    def take_over() -> None:
        with database.write() as connection:
            feeds.release_all(connection)
            feeds.sync(connection, settings.feeds, clock.now())

    def on_stored(scans: Sequence[ScanId]) -> None:
        handing_over.append(asyncio.create_task(asyncio.to_thread(hand_over, database, queue, scans, clock.now())))  # type: ignore[arg-type] # the made network

    handing_over: list[asyncio.Task[bool]] = []
    await _until_it_works(clock, take_over)
    resources = PollerResources(database=database, fetcher=web, parse=parse_here)  # type: ignore[arg-type] # the made network
    poller = Poller(resources, settings, on_stored=on_stored, clock=clock, random_jitter=rng.random)
    pruned, wait = clock.now(), BUSY_S
    while True:
        started = await _or_zero(poller.tick)
        relayed = await _or_zero(lambda: asyncio.to_thread(_relay, database, queue, clock.now()))
        if clock.now() >= pruned + _HOUR:
            pruned = clock.now()
            await _or_zero(lambda: asyncio.to_thread(watchdog.check, database, settings, clock.now()))
            prune = _pruning(database, settings, pruned)
            await _or_zero(lambda prune=prune: asyncio.to_thread(prune))  # type: ignore[misc]
        # What stays on the queue because somebody else is ill need not be looked at every other second of a month.
        wait = BUSY_S if started else min(2 * wait, PATIENT_S)
        await clock.sleep(wait if started or relayed else rng.uniform(BUSY_S, IDLE_S))


async def run_scan_worker(database: Database, settings: Settings, queue: QueueClient, clock: Clock, rng: Random) -> None:
    """Take batches from the queue and scan them until killed."""
    compiled, cache = CompiledSettings.build(settings), StatementCache()
    await _until_it_works(clock, lambda: index_missing(database, settings.stories, now=clock.now()))

    def scan(ids: Sequence[ScanId]) -> int:
        for channel in scan_batch(database, compiled, load_tasks(database, ids), cache, clock=clock).channels:
            queue.deliver(channel)
        return len(ids)

    while True:
        ids = queue.next_scan()
        scanned = await _or_zero(lambda ids=ids: asyncio.to_thread(scan, ids)) if ids else 0  # type: ignore[misc]
        await clock.sleep(0.1 if scanned else rng.uniform(BUSY_S, IDLE_S))


async def run_deliver_worker(
    database: Database, settings: Settings, queue: QueueClient, poster: Poster, clock: Clock, rng: Random
) -> None:
    """Take channels from the queue and send what is due on them until killed."""
    lease = ChannelLease(database, lambda: settings.channels, rng=rng)
    sender = ChannelSender(lease, poster, clock=clock)  # type: ignore[arg-type] # the made network
    reporter = HeldReporter(database, lambda: settings, queue.deliver, clock=clock)
    working: dict[str, asyncio.Task[int]] = {}
    while True:
        await _or_zero(lambda: asyncio.to_thread(reporter.report_due))
        channel = queue.next_channel()
        if channel is not None and (channel not in working or working[channel].done()):
            working[channel] = asyncio.create_task(_or_zero(lambda channel=channel: sender.drain(channel)))  # type: ignore[misc]
        await clock.sleep(0.1 if channel else rng.uniform(BUSY_S, IDLE_S))


def _relay(database: Database, queue: QueueClient, now: datetime) -> int:
    relayed = reconcile(database, queue, now)  # type: ignore[arg-type] # the made network
    with database.read() as connection:
        due = deliveries.due_channels(connection, now)
    for channel in due:
        queue.deliver(channel)
    return relayed + len(due)


def _pruning(database: Database, settings: Settings, now: datetime) -> Callable[[], None]:
    return lambda: retention.prune(database, settings.retention, now, window=settings.stories.window)


async def _or_zero(step: Callable[[], object]) -> int:
    """Take one step; an error of the machine ends the step and not the process, as in the scheduler and the workers."""
    try:
        result = await step()  # type: ignore[misc]
    except (MonitorError, OSError):
        return 0
    return result if isinstance(result, int) else 0


async def _until_it_works(clock: Clock, step: Callable[[], object]) -> None:
    while True:
        try:
            await asyncio.to_thread(step)
        except (MonitorError, OSError):
            await clock.sleep(1)
        else:
            return
