"""The made network: publishers with feeds, a queue that forgets, and receivers that lie."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import orjson

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.feed import Validators
from monitor.domain.ids import ScanId
from monitor.domain.urls import Url
from monitor.fetching.outcome import Fetched, FetchFailure, NotModified, Problem
from monitor.fetching.outcome import Outcome as Answer
from monitor.relay import QueueState
from tests.simulation.fate import Fate
from tests.simulation.virtual_loop import LoopClock
from workers.channels.kind import ChannelKind
from workers.channels.post import Post

HELD = 15
"""Entries in a feed's document."""

WORD = "Rafah"
_SYLLABLES = tuple(first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "os"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens. `watched`: its report has the word on the watch list."""

    number: int
    title: str
    text: str
    watched: bool


@dataclass(frozen=True, slots=True)
class Report:
    """An event in a feed, from a time on."""

    event: Event
    at: datetime


@dataclass(slots=True)
class Publisher:
    """A feed: what it will publish, oldest first."""

    url: str
    reports: tuple[Report, ...]
    down: bool = False

    def document(self, now: datetime) -> bytes:
        """Return the feed as it is now."""
        items = "".join(_item(self.url, report) for report in self.held(now))
        return f'<rss version="2.0"><channel><title>{self.url}</title>{items}</channel></rss>'.encode()

    def held(self, now: datetime) -> tuple[Report, ...]:
        """Return the reports in the document, newest first."""
        return tuple(reversed([report for report in self.reports if report.at <= now][-HELD:]))


@dataclass
class Network:
    """Everything outside, with a diary of what crossed the border. `losing`: how many of the next answers get lost on their way back."""

    clock: LoopClock
    rng: Random
    publishers: dict[str, Publisher]
    end: datetime
    losing: int = 0
    diary: list[str] = field(default_factory=list)
    served: set[int] = field(default_factory=set)
    """The watched events that some answer has carried to us before `end`."""

    def note(self, *parts: object) -> None:
        """Add a line to the diary."""
        self.diary.append(" ".join(str(part) for part in (self.clock.true_now().isoformat(), *parts)))

    def loses_answer(self) -> bool:
        """Return whether this answer is lost."""
        lost = self.losing > 0
        self.losing -= lost
        return lost


class Web:
    """Fetches as the program's Fetcher does, for a process with this fate."""

    def __init__(self, network: Network, fate: Fate) -> None:
        self._network = network
        self._fate = fate

    def configure(self, *_: object) -> None:
        """Take no notice: the made network has no settings."""

    async def get(self, url: Url, *, validators: Validators, **_: object) -> Answer:
        """Answer as the publisher would."""
        network = self._network
        self._fate.boundary()
        await network.clock.sleep(network.rng.uniform(0.01, 2))
        publisher, now = network.publishers[url.text], network.clock.true_now()
        if publisher.down or network.loses_answer():
            network.note("unread", url.text)
            return FetchFailure(problem=Problem.TIMEOUT, reason="no answer", url=url.text)
        body = publisher.document(now)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        self._fate.boundary()
        network.note("read", url.text, etag)
        if validators.etag == etag:
            return NotModified(url=url.text, headers={"etag": etag})
        if now < network.end:
            network.served.update(report.event.number for report in publisher.held(now) if report.event.watched)
        return Fetched(url=url.text, status=200, headers={"etag": etag}, body=body, wire_bytes=len(body))


@dataclass
class Queue:
    """Redis as the relay sees it: it may be away, and it may have forgotten everything."""

    away: bool = False
    filled: bool = False
    scans: deque[tuple[str, tuple[ScanId, ...], datetime]] = field(default_factory=deque)
    channels: deque[str] = field(default_factory=deque)

    def wipe(self) -> None:
        """Forget everything."""
        self.filled = False
        self.scans.clear()
        self.channels.clear()


class QueueClient:
    """The queue for one process: what `Relay` does there, and taking the next job."""

    def __init__(self, queue: Queue, fate: Fate, clock: LoopClock) -> None:
        self._queue = queue
        self._fate = fate
        self._clock = clock

    def scan(self, ids: Sequence[ScanId], *, attempt: int = 0, size: int = 50) -> bool:
        """Put scans on the queue."""
        self._fate.boundary()
        for start in range(0, 0 if self._queue.away else len(ids), size):
            batch = tuple(ids[start : start + size])
            job = f"{attempt} {' '.join(batch)}"
            if all(job != waiting for waiting, _, _ in self._queue.scans):
                self._queue.scans.append((job, batch, self._clock.now()))
        return not self._queue.away

    def deliver(self, channel: str) -> bool:
        """Put a channel on the queue."""
        self._fate.boundary()
        if not self._queue.away and channel not in self._queue.channels:
            self._queue.channels.append(channel)
        return not self._queue.away

    def state(self) -> QueueState | None:
        """Return the state of the queue."""
        if self._queue.away:
            return None
        times = [at for _, _, at in self._queue.scans]
        slack = timedelta(seconds=2)
        waiting = (min(times) - slack, max(times) + slack) if times else None
        return QueueState(wiped=not self._queue.filled, waiting=waiting)

    def mark_filled(self) -> bool:
        """Store that all outstanding work is there."""
        self._queue.filled = self._queue.filled or not self._queue.away
        return not self._queue.away

    def next_scan(self) -> tuple[ScanId, ...]:
        """Take the next batch from the queue; it is lost with whoever took it."""
        return () if self._queue.away or not self._queue.scans else self._queue.scans.popleft()[1]

    def next_channel(self) -> str | None:
        """Take the next channel from the queue."""
        return None if self._queue.away or not self._queue.channels else self._queue.channels.popleft()


@dataclass
class Receivers:
    """Webhook and chat. `messages` maps each webhook-id to the bodies it came with."""

    down: set[str] = field(default_factory=set)
    messages: dict[str, list[bytes]] = field(default_factory=dict)
    told: dict[int, set[str]] = field(default_factory=dict)
    """The webhook-ids under which each event was told."""
    shown: set[int] = field(default_factory=set)
    """The events that a chat message has shown."""
    posts: int = 0


class Poster:
    """Sends as the program's Sender does, for a process with this fate."""

    def __init__(self, network: Network, receivers: Receivers, fate: Fate) -> None:
        self._network = network
        self._receivers = receivers
        self._fate = fate

    async def send(self, kind: ChannelKind[Any, Any], message: Post, *, within: timedelta) -> AttemptResult:
        """Hand a message over, and lose the answer where the network loses it."""
        network, at = self._network, self._network.clock.now()
        self._fate.boundary()
        await network.clock.sleep(network.rng.uniform(0.01, 1))
        if kind.name in self._receivers.down:
            await network.clock.sleep(within.total_seconds())
            return AttemptResult(outcome=Outcome.FAILED, at=at, reason="no answer")
        self._fate.boundary()
        reply = self._take_webhook(message) if kind.name == "webhook" else self._take_chat(message)
        self._fate.boundary()
        if network.loses_answer():
            return AttemptResult(outcome=Outcome.FAILED, at=at, reason="no answer")
        accepted = AttemptResult(outcome=Outcome.ACCEPTED, at=at, http_status=200)
        return accepted if message.read_reply is None else message.read_reply(accepted, reply)

    def _take_webhook(self, message: Post) -> dict[str, Any]:
        payload = orjson.loads(message.body)
        webhook_id = message.headers["webhook-id"]
        self._receivers.messages.setdefault(webhook_id, []).append(message.body)
        self._receivers.posts += 1
        number = int(payload["data"]["article"]["title"].rpartition(" ")[2])
        self._receivers.told.setdefault(number, set()).add(webhook_id)
        self._network.note("webhook", webhook_id, payload["type"], number, hashlib.sha256(message.body).hexdigest()[:16])
        return {}

    def _take_chat(self, message: Post) -> dict[str, Any]:
        text = message.body.decode()
        numbers = [number for number in self._network.served if f"case {number}" in text]
        self._receivers.shown.update(numbers)
        self._network.note("chat", message.url, *sorted(numbers))
        return {"ok": True, "channel": "C1", "ts": f"{len(self._network.diary)}.1"}


def make_publishers(rng: Random, *, feeds: int, start: datetime, end: datetime, every_h: float) -> dict[str, Publisher]:
    """Return feeds on which events are reported from `start` to `end`, about every so many hours, some by several feeds in the same words."""
    reports: dict[str, list[Report]] = {f"https://feed{number}.example/rss": [] for number in range(feeds)}
    at, number = start, 0
    while (at := at + timedelta(hours=rng.expovariate(1 / every_h))) < end:
        number += 1
        event = _event(rng, number)
        for url in rng.sample(sorted(reports), rng.choice((1, 1, 2, min(3, feeds)))):
            reports[url].append(Report(event, at))
            at += timedelta(minutes=rng.uniform(0, 20))
    return {url: Publisher(url, tuple(sorted(told, key=lambda one: one.at))) for url, told in reports.items()}


def _event(rng: Random, number: int) -> Event:
    """Return an event in words of its own, so that no two are alike."""
    watched = rng.random() < 0.6
    names = ["".join(rng.choices(_SYLLABLES, k=3)).capitalize() for _ in range(12)]
    words = ["".join(rng.choices(_SYLLABLES, k=rng.choice((2, 3)))) for _ in range(30)]
    title = f"{' '.join(names[:3])} {' '.join(words[:4])} case {number}"
    place = f"near {WORD}" if watched else "inland"
    text = f"{names[3]} {' '.join(words[4:14])} {place}, said {names[4]} {names[5]}. {names[6]} {' '.join(words[14:])} {names[7]}."
    return Event(number, title, text, watched)


def _item(url: str, report: Report) -> str:
    event = report.event
    return (
        f"<item><title>{escape(event.title)}</title><link>{url}/{event.number}</link><guid>{url}/{event.number}</guid>"
        f"<pubDate>{format_datetime(report.at)}</pubDate><description>{escape(event.text)}</description></item>"
    )
