"""What a source of articles is. CONTRIBUTING.md says how to add one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.ids import ScanId
from monitor.domain.source import SourceHealth
from monitor.settings.model import Settings
from monitor.settings.sources import SourceType
from monitor.sources.recorded_health import recorded_health
from monitor.storage.engine import Connection, Database

Step = Callable[[], Awaitable[object]]


class Schedule(Protocol):
    """Registers a step that the scheduler repeats."""

    def __call__(self, name: str, step: Step, every_s: float) -> None:
        """Call `step` now and every `every_s` seconds, never twice at a time.

        A MonitorError or OSError that it raises is logged once per outage under `name`, and the step is called again.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """What the scheduler gives to every source.

    `on_stored` takes the scans of articles that were just committed (`IngestResult.scans`) and puts them on the queue without
    waiting; call it from the event loop. What is not announced is found within seconds, too.
    """

    database: Database
    on_stored: Callable[[Sequence[ScanId]], object]
    clock: Clock = SYSTEM_CLOCK


class Source(Protocol):
    """Everything configured of one kind of source, as the scheduler runs it.

    `configure` is called first, and again whenever the settings change. Then either `start` is called, once, or `run_once`; in the
    end `close`. The process may be killed at any time, so all progress belongs in the database, in the transaction that stores the
    articles.
    """

    async def configure(self, settings: Settings) -> None:
        """Read by these settings from now on."""

    async def start(self, schedule: Schedule) -> None:
        """Begin to read whatever comes, until closed; return at once."""

    async def run_once(self, stop: asyncio.Event) -> None:
        """Read everything once and return when it is stored, or soon after `stop` is set."""

    async def close(self) -> None:
        """Stop at once and release what is open. May be called in the middle of anything, and for a source never configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRequest:
    """What is asked about the health of sources. `only_failing`: those that work may be left out, and `articles` stay 0."""

    settings: Settings
    now: datetime
    only_failing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind(SourceType):
    """A kind of source, registered under its name as an entry point of the group `news_monitor.sources`.

    `open` makes the source and does no IO. `settings` is the model of its items under `sources:`. The plural is what counts of its
    sources are called.

    A kind without `settings` brings `count`, which returns how many of its sources are configured, and `health`, which returns the
    health of these in their order. `health` reads the database alone, since it is called in other processes, on other machines too.
    For a kind with `settings` both have a default: its sources are the items of its type, and their health is what
    `source_states.record` has stored under their addresses (`address_of`).
    """

    plural: str
    open: Callable[[SourceContext], Source]
    count: Callable[[Settings], int] | None = None
    health: Callable[[Connection, HealthRequest], Sequence[SourceHealth]] | None = None

    def address_of(self, source: str) -> str:
        """Return the address of an item of `sources:`, which is the `Origin.id` of its articles and the key of its state."""
        return f"{self.name}:{source}"

    def count_in(self, settings: Settings) -> int:
        """Return how many sources of this kind are configured."""
        return len(self._items(settings)) if self.count is None else self.count(settings)

    def health_of(self, connection: Connection, request: HealthRequest) -> Sequence[SourceHealth]:
        """Return the health of every configured source of this kind."""
        if self.health is not None:
            return self.health(connection, request)
        names = {self.address_of(name): name for name in self._items(request.settings)}
        return recorded_health(connection, self.name, names, only_failing=request.only_failing)

    def _items(self, settings: Settings) -> tuple[str, ...]:
        return tuple(name for name, item in settings.sources.items() if item.type == self.name)
