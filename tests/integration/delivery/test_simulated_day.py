"""A day of 10 000 alerts on a virtual clock: four channels, one of them down for six hours, another limiting the rate."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import orjson
import pytest
from sqlalchemy import event, insert

from monitor import logs
from monitor.domain.delivery import AttemptResult, DeliveryStatus, Outcome
from monitor.domain.virtual_clock import VirtualClock
from monitor.settings.channels import ChannelBase
from monitor.storage import deliveries
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.ids import new_id
from monitor.storage.tables import alerts, articles, metadata
from monitor.storage.tables import deliveries as rows
from tests.alerting import EPOCH, alert_data
from workers.channels.file import FileChannel, FileLines
from workers.channels.kind import ChannelKind
from workers.channels.post import Post
from workers.channels.slack import SlackChannel
from workers.channels.webhook import WebhookChannel
from workers.delivery.channel_lease import ChannelLease
from workers.delivery.channel_sender import ChannelSender
from workers.delivery.sender import Sender

M = TypeVar("M")
ALERTS = 10_000
SIZES = (1, 319) * 31 + (80,)
A_MINUTE = 100
DAY = timedelta(days=1)
DOWN, UP = EPOCH + timedelta(hours=6), EPOCH + timedelta(hours=12)
TICK = timedelta(seconds=1)
CHANNELS: dict[str, ChannelBase] = {
    "audit": FileChannel.model_validate({"type": "file", "path": "audit.jsonl"}),
    "limited": WebhookChannel.model_validate({"type": "webhook", "url": "http://limited.example/"}),
    "broken": SlackChannel.model_validate({"type": "slack", "url": "http://broken.example/"}),
    "desk": SlackChannel.model_validate({"type": "slack", "url": "http://desk.example/"}),
}


@dataclass
class World(Sender):
    """The four receivers. What each accepted: per message, when, and the alerts in it in order."""

    clock: VirtualClock
    taken: dict[str, list[tuple[datetime, list[int]]]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    refusals: int = 0

    async def send(self, _kind: ChannelKind[Any, M], message: M, *, within: timedelta) -> AttemptResult:
        """Answer as the receiver of this address would."""
        assert isinstance(message, Post | FileLines)
        name = "audit" if isinstance(message, FileLines) else message.url.split("//")[1].split(".")[0]
        body = message.lines if isinstance(message, FileLines) else message.body
        at = self.clock.now()
        self.asked[name].append(at)
        if name == "broken" and DOWN <= at < UP:
            await self.clock.sleep(within.total_seconds())
            return AttemptResult(outcome=Outcome.FAILED, at=at, reason="no answer")
        window = [one for one in self.asked[name][-A_MINUTE - 10 :] if one > at - timedelta(minutes=1)]
        if name == "limited" and len(window) > A_MINUTE:
            self.refusals += 1
            self.asked[name].pop()
            wait = window[0] + timedelta(seconds=61) - at
            return AttemptResult(outcome=Outcome.FAILED, at=at, http_status=429, reason="HTTP 429", retry_after=wait)
        self.taken[name].append((at, [int(one) for one in re.findall(r"report (\d+)", _shown(body))]))
        return AttemptResult(outcome=Outcome.ACCEPTED, at=at, http_status=204)

    def order(self, name: str) -> list[int]:
        """The alerts that a receiver got, in order."""
        return [number for _, message in self.taken[name] for number in message]


def _shown(body: bytes) -> str:
    if not body.startswith(b'{"text"'):
        return body.decode()
    return "\n".join(block["text"]["text"] for block in orjson.loads(body)["blocks"] if "text" in block)


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """80 000 log lines are not what is looked at here."""
    logs.configure(strict=True, level="warning")
    yield
    logs.configure(strict=True)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file: the day is about order and time, which do not depend on the kind of database."""
    database = Database(sqlite_url(tmp_path / "day.db"))
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    with database.write() as connection:
        metadata.create_all(connection)
        content = {"title": "t", "source": "s", "fetched_at": EPOCH, "summary": "", "text": "", "tags": [], "revision": 1}
        connection.execute(insert(articles).values(id="a", content_hash=b"0", alertable=True, **content))
    yield database
    database.close()


def _burst(database: Database, numbers: range, at: datetime) -> None:
    """Alerts raised in one moment, on all four channels."""
    made = [(number, new_id(), at + timedelta(microseconds=index)) for index, number in enumerate(numbers)]
    common = {"term": "Rafah", "kind": "entity", "severity": "high", "tags": [], "reason": "new", "article_id": "a", "revision": 1}
    with database.write() as connection:
        connection.execute(
            insert(alerts),
            [
                {
                    "id": one,
                    "dedup_key": hashlib.sha256(one.encode()).digest(),
                    "created_at": moment,
                    "data": alert_data(n),
                    **common,
                }
                for n, one, moment in made
            ],
        )
        connection.execute(
            insert(rows),
            [
                {"id": new_id(), "alert_id": one, "channel": name, "created_at": moment, "next_attempt_at": moment}
                for n, one, moment in made
                for name in CHANNELS
            ],
        )


class Day:
    """The daemon around the channel sender: a reconciler that starts whatever channel is due, and time that moves on when all is quiet."""

    def __init__(self, database: Database) -> None:
        self.clock = VirtualClock(EPOCH)
        self.world = World(clock=self.clock)
        self.database = database
        self._channel_sender = ChannelSender(ChannelLease(database, lambda: CHANNELS, rng=Random(7)), self.world, clock=self.clock)
        self._running: dict[str, asyncio.Task[datetime | None]] = {}
        self._again: dict[str, datetime] = {}

    async def until(self, end: datetime) -> None:
        """Let the day run on to `end`."""
        while True:
            with self.database.read() as connection:
                due = deliveries.due_channels(connection, self.clock.now())
            for name in due:
                if name not in self._running:
                    self._again.pop(name, None)
                    self._running[name] = asyncio.create_task(self._channel_sender.drain(name))
            await self._settle()
            moments = [one for one in (self.clock.next_wake(), *self._again.values()) if one is not None]
            upcoming = min(moments, default=end)
            if upcoming >= end:
                self.clock.advance_to(end)
                return
            self.clock.advance_to(max(upcoming, self.clock.now()))

    async def _settle(self) -> None:
        """Until every channel sender has finished or waits for virtual time."""
        while True:
            self.clock.changed.clear()
            for name, task in list(self._running.items()):
                if task.done():
                    del self._running[name]
                    found = task.result()
                    if found is not None:
                        self._again[name] = max(found, self.clock.now() + timedelta(milliseconds=1))
            awake = len(self._running) - self.clock.sleeping
            if awake == 0:
                return
            changed = asyncio.create_task(self.clock.changed.wait())
            await asyncio.wait({*self._running.values(), changed}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()


@pytest.mark.timeout(400)
async def test_a_day_of_10_000_alerts(database: Database) -> None:
    """Every alert is delivered or digested exactly once per channel, in order, and no channel is late through another."""
    day = Day(database)
    raised: dict[int, datetime] = {}
    for burst, size in enumerate(SIZES):
        at = EPOCH + DAY * burst / len(SIZES)
        await day.until(at)
        numbers = range(len(raised), len(raised) + size)
        _burst(database, numbers, at)
        raised |= dict.fromkeys(numbers, at)
    await day.until(EPOCH + DAY + timedelta(hours=1))

    world = day.world
    assert len(raised) == ALERTS
    for name in CHANNELS:
        assert sorted(world.order(name)) == list(range(ALERTS)), name
        assert _as_raised(world, name)
    with database.read() as connection:
        counts = deliveries.counts(connection)
    assert counts == {"pending": 0, "sending": 0, "delivered": 4 * ALERTS, "held": 0, "dead": 0}

    def late(name: str) -> float:
        return max((at - raised[number]).total_seconds() for at, message in world.taken[name] for number in message)

    assert late("audit") <= 1
    assert late("desk") <= 15
    assert world.refusals > 0
    assert late("limited") <= max(SIZES) / A_MINUTE * 61 + 61
    outage = [at for at in world.asked["broken"] if DOWN <= at < UP]
    assert len(outage) < 6 * 60
    first_after = min(at for at, _ in world.taken["broken"] if at >= UP)
    assert first_after - UP <= timedelta(minutes=3)
    assert all(gap >= TICK for gap in _gaps(world, "desk"))
    assert max(len(message) for _, message in world.taken["desk"]) == 100


def _as_raised(world: World, name: str) -> bool:
    """Whether a receiver got all in the order of raising; the one alert that found a broken receiver well again may be early."""
    numbers = world.order(name)
    probe = next((message[0] for at, message in world.taken[name] if name == "broken" and at >= UP), None)
    rest = [number for number in numbers if number != probe]
    return rest == sorted(rest)


def _gaps(world: World, name: str) -> list[timedelta]:
    times = [at for at, _ in world.taken[name]]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


async def test_an_outage_makes_no_dead_letters(database: Database) -> None:
    """Alerts raised in the middle of an outage of some hours arrive after its end, at the latest with their hourly retry."""
    day = Day(database)
    await day.until(DOWN + timedelta(hours=1))
    _burst(database, range(3), DOWN + timedelta(hours=1))
    await day.until(UP + timedelta(minutes=75))
    assert sorted(day.world.order("broken")) == [0, 1, 2]
    with database.read() as connection:
        assert deliveries.listing(connection, status=DeliveryStatus.DEAD) == ()
