"""One run: a seed chooses the news, the blows and the moments; afterwards the books must balance."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from monitor.domain import randomness
from monitor.domain.errors import MonitorError
from monitor.domain.watch import Severity, Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import progress, schema
from monitor.storage.engine import Database, sqlite_url
from tests.channels import channel
from tests.simulation import processes
from tests.simulation.fate import Disk, Fate, Killed, MortalDatabase
from tests.simulation.virtual_loop import LoopClock, VirtualLoop
from tests.simulation.world import WORD, Network, Poster, Queue, QueueClient, Receivers, Web, make_publishers

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
SILENT_END = timedelta(hours=8)
"""Without news and without blows, so that whatever waits for a retry gets it."""

TO_BE_TOLD = timedelta(hours=2)
"""What is read this long before the end has to be told."""

FEEDS = 4
Body = Callable[[Fate, Random], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What a run came to. `faults` are broken promises, a sentence each; none in a good run."""

    diary: tuple[str, ...]
    events: int
    alerts: int
    posts: int
    deaths: int
    faults: tuple[str, ...]


class Simulation:
    """A daemon and its world. `run` may be called once."""

    def __init__(self, seed: int, folder: Path, *, days: float, blows_a_day: float = 24, event_every_h: float = 4) -> None:
        self._rng = Random(seed)
        self._loop = VirtualLoop(lambda: self._rng.uniform(0.0, 0.2))
        self._clock = LoopClock(self._loop, START)
        self._end = START + timedelta(days=days)
        first, last = START + timedelta(hours=1), self._end - SILENT_END
        publishers = make_publishers(self._rng, feeds=FEEDS, start=first, end=last, every_h=event_every_h)
        self._blows_a_day = blows_a_day
        self._network = Network(self._clock, Random(seed + 1), publishers, end=self._end - TO_BE_TOLD)
        self._queue = Queue()
        self._receivers = Receivers()
        self._disk = Disk()
        self._fates: dict[str, Fate] = {}
        self._deaths = 0
        self._errors: list[str] = []
        self._url = sqlite_url(folder / "news.db")
        self._settings = _settings(list(publishers))
        randomness.use(Random(seed + 2), self._clock)

    def run(self) -> Books:
        """Run to the end and close the books."""
        schema.upgrade(Database(self._url))
        self._loop.set_exception_handler(self._note_error)
        try:
            self._loop.run_until_complete(self._live())
            return self._close_books()
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.close()
            randomness.use_system()

    def _note_error(self, _: object, context: dict[str, object]) -> None:
        """Keep what no step may raise; what a dead process leaves undone is no news."""
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, MonitorError | OSError):
            self._errors.append(repr(error))

    async def _live(self) -> None:
        daemon = [
            asyncio.create_task(self._keep_alive(name, body))
            for name, body in {
                "scheduler": self._scheduler,
                "scan-1": self._scan_worker,
                "scan-2": self._scan_worker,
                "deliver": self._deliver_worker,
            }.items()
        ]
        blows = asyncio.create_task(self._strike())
        await self._clock.sleep((self._end - START).total_seconds())
        await blows
        for task in daemon:
            task.cancel()
        await asyncio.gather(*daemon, return_exceptions=True)

    async def _keep_alive(self, name: str, body: Body) -> None:
        """Start a process again and again, as the supervisor does."""
        while True:
            fate = self._fates[name] = Fate()
            work = asyncio.ensure_future(body(fate, Random(self._rng.random())))
            death = asyncio.ensure_future(fate.died.wait())
            done, _ = await asyncio.wait([work, death], return_when=asyncio.FIRST_COMPLETED)
            if work in done and not isinstance(work.exception(), Killed | None):
                raise AssertionError(f"{name} ended by itself") from work.exception()
            work.cancel()
            self._deaths += 1
            self._network.note("killed", name)
            await self._clock.sleep(self._rng.uniform(0.2, 20))

    def _database(self, fate: Fate) -> Database:
        return MortalDatabase(self._url, fate, self._disk)

    def _client(self, fate: Fate) -> QueueClient:
        return QueueClient(self._queue, fate, self._clock)

    async def _scheduler(self, fate: Fate, rng: Random) -> None:
        web = Web(self._network, fate)
        await processes.run_scheduler(self._database(fate), self._settings, web, self._client(fate), self._clock, rng)

    async def _scan_worker(self, fate: Fate, rng: Random) -> None:
        await processes.run_scan_worker(self._database(fate), self._settings, self._client(fate), self._clock, rng)

    async def _deliver_worker(self, fate: Fate, rng: Random) -> None:
        poster = Poster(self._network, self._receivers, fate)
        await processes.run_deliver_worker(self._database(fate), self._settings, self._client(fate), poster, self._clock, rng)

    async def _strike(self) -> None:
        """Strike at random moments until the silent end."""
        last = self._end - SILENT_END
        blows = (
            self._kill,
            self._kill,
            self._kill,
            self._fill_disk,
            self._lose_queue,
            self._set_clock,
            self._silence_receiver,
            self._lose_answers,
            self._silence_publisher,
        )
        while True:
            await self._clock.sleep(self._rng.expovariate(self._blows_a_day / 86_400))
            if self._clock.true_now() >= last:
                self._network.losing = 0
                return
            blow = self._rng.choice(blows)
            self._network.note("blow", blow.__name__.strip("_"))
            await blow()

    async def _kill(self) -> None:
        fate = self._fates[self._rng.choice(sorted(self._fates))]
        if not fate.died.is_set():
            fate.steps_left = self._rng.randint(1, 40)

    async def _fill_disk(self) -> None:
        self._disk.full = True
        await self._clock.sleep(self._rng.uniform(1, 900))
        self._disk.full = False

    async def _lose_queue(self) -> None:
        self._queue.wipe()
        self._queue.away = True
        await self._clock.sleep(self._rng.choice((0.0, 5.0, 600.0)))
        self._queue.away = False

    async def _set_clock(self) -> None:
        self._clock.ahead = timedelta(minutes=self._rng.uniform(-120, 120))
        await self._clock.sleep(self._rng.uniform(1, 900))
        self._clock.ahead = timedelta()

    async def _silence_receiver(self) -> None:
        name = self._rng.choice(("webhook", "slack"))
        self._receivers.down.add(name)
        await self._clock.sleep(self._rng.choice((30.0, 3600.0, 5 * 3600.0)))
        self._receivers.down.discard(name)

    async def _lose_answers(self) -> None:
        self._network.losing += self._rng.randint(1, 5)

    async def _silence_publisher(self) -> None:
        publisher = self._network.publishers[self._rng.choice(sorted(self._network.publishers))]
        publisher.down = True
        await self._clock.sleep(self._rng.uniform(60, 4 * 3600))
        publisher.down = False

    def _close_books(self) -> Books:
        network, receivers = self._network, self._receivers
        database = Database(self._url)
        with database.read() as connection:
            idle = progress.idle(connection, self._clock.now())
        database.close()
        faults = [
            *(f"an error that nobody expected: {error}" for error in self._errors),
            *(f"event {number} was read and never told" for number in sorted(network.served - set(receivers.told))),
            *(f"event {number} was never shown in the chat" for number in sorted(network.served - receivers.shown)),
            *(f"event {number} was told under {len(ids)} ids" for number, ids in receivers.told.items() if len(ids) > 1),
            *(f"{name} came with two contents" for name, bodies in receivers.messages.items() if len(set(bodies)) > 1),
            *([] if idle else ["work is left although nothing has happened for a day"]),
        ]
        return Books(
            diary=tuple(network.diary),
            events=len(network.served),
            alerts=len(receivers.messages),
            posts=receivers.posts,
            deaths=self._deaths,
            faults=tuple(faults),
        )


def _settings(urls: Sequence[str]) -> Settings:
    settings = Settings.model_validate(
        {"feeds": [{"url": url} for url in urls], "polling": {"min": "1h", "max": "3h", "host_gap": "1s"}}
    )
    channels = {
        "desk": channel({"type": "slack", "token": "xoxb-1", "channel": "C1", "rate": 1000}),
        "hook": channel({"type": "webhook", "url": "http://receiver.example/"}),
    }
    term = Term(name=WORD, kind=TermKind.KEYWORD, phrases=(WORD,), severity=Severity.HIGH)
    return settings.model_copy(update={"terms": (term,), "channels": channels})
