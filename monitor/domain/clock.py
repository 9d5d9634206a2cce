"""One clock for the whole program: pass it to whatever needs the time, and a test passes a virtual one."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The time of this machine, and waiting for it."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that only ever grow, whatever happens to the wall clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        import asyncio  # noqa: PLC0415 - 35 ms of a short command that never sleeps

        await asyncio.sleep(seconds)


SYSTEM_CLOCK = Clock()
