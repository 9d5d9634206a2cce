"""Collect the signs of life of the steps of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.step_beat import StepBeat, hung_after_s


@dataclass(frozen=True, slots=True)
class _Step:
    last: StepBeat
    at_s: float
    within_s: float


class StepBeats:
    """The last beat of each step. Steps beat from any thread; how long one is silent is measured by a clock that nobody can set."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = SYSTEM_CLOCK.now) -> None:
        self._monotonic = monotonic
        self._now = now
        self._lock = threading.Lock()
        self._steps: dict[str, _Step] = {}
        self.redis_bypassed = False
        """Whether work goes round Redis, because it cannot be used."""

    def expect(self, step: str, *, every_s: float, within_s: float | None = None) -> None:
        """Expect the step to beat every `every_s` seconds; it hangs after `within_s`, else after a time that allows for a slow database."""
        beat = StepBeat(at=self._now(), every_s=every_s)
        with self._lock:
            self._steps[step] = _Step(beat, self._monotonic(), within_s or hung_after_s(every_s))

    def beat(self, step: str, error: Exception | None = None) -> None:
        """Note that an expected step has come to its end, and how. A step that is not expected is ignored."""
        with self._lock:
            if (known := self._steps.get(step)) is not None:
                last = replace(known.last, at=self._now(), error=None if error is None else str(error)[:300])
                self._steps[step] = replace(known, last=last, at_s=self._monotonic())

    def forget(self, step: str) -> None:
        """Expect nothing more of the step."""
        with self._lock:
            self._steps.pop(step, None)

    def hung(self) -> tuple[str, ...]:
        """Return the steps that have been silent for too long."""
        now = self._monotonic()
        with self._lock:
            return tuple(name for name, step in self._steps.items() if now > step.at_s + step.within_s)

    def snapshot(self) -> dict[str, StepBeat]:
        """Return the last beat of each step."""
        with self._lock:
            return {name: step.last for name, step in self._steps.items()}
