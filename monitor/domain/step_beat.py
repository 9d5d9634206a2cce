"""The sign of life of one step of a process: it comes from the work itself, not from a thread beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_LATE_AFTER_S, _HUNG_AFTER_S = 10.0, 28.0
"""A step waits for the database for up to 18 seconds before it fails, and a failed step beats too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBeat:
    """When a step last came to its end, whether it worked or not. `every_s` is how often it is due, `error` why it failed last."""

    at: datetime
    every_s: float
    error: str | None = None

    def is_late(self, now: datetime) -> bool:
        """Return whether the step should have come to its end again by now, allowing for a slow one."""
        return self.at + timedelta(seconds=2 * self.every_s + _LATE_AFTER_S) < now


def hung_after_s(every_s: float) -> float:
    """Return after how many seconds without a beat a step that is due this often hangs for certain, so that its process is ended."""
    return 2 * every_s + _HUNG_AFTER_S
