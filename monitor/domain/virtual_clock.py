"""A clock for tests and benchmarks that is advanced by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import datetime, timedelta

from monitor.domain.clock import Clock


class VirtualClock(Clock):
    """A clock that stands still until it is advanced; whoever sleeps on it wakes when its time has come."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self.changed = asyncio.Event()

    def now(self) -> datetime:
        """Return the virtual time."""
        return self._now

    def monotonic(self) -> float:
        """Return the virtual seconds since the start."""
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced by `seconds`; `changed` is set when somebody begins to wait."""
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._numbers), sleeper))
        self.changed.set()
        await sleeper

    @property
    def sleeping(self) -> int:
        """The number of sleepers."""
        return len(self._sleepers)

    def next_wake(self) -> datetime | None:
        """Return when the first sleeper wakes; None when nobody sleeps."""
        return self._sleepers[0][0] if self._sleepers else None

    def advance_to(self, moment: datetime) -> None:
        """Set the time and wake every sleeper that is due."""
        self._now = moment
        while self._sleepers and self._sleepers[0][0] <= moment:
            _, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)

    def advance(self, **amount: float) -> None:
        """Advance by the keyword arguments of a timedelta, such as `minutes=5`."""
        self.advance_to(self._now + timedelta(**amount))
