"""Write a row to the database every few seconds from each process, so that others can tell that it is alive and what its steps do.

RQ's own list of workers is lost when Redis is wiped.
"""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from types import TracebackType
from typing import Self

from monitor.daemon.periodic_task import PeriodicTask
from monitor.daemon.pulse import Pulse
from monitor.daemon.step_beats import StepBeats
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import heartbeats
from monitor.storage.engine import Database
from monitor.storage.ids import new_id

INTERVAL_S = 3.0
ALIVE_WITHIN = timedelta(seconds=15)
_FORGET_AFTER = timedelta(hours=1)


class Heartbeat:
    """Writes heartbeats while the context is entered, with the beats of the steps, and tells the supervisor that no step hangs.

    An unreachable database is logged, never raised.
    """

    def __init__(self, database: Database, role: str, beats: StepBeats | None = None, *, interval_s: float = INTERVAL_S) -> None:
        self._database = database
        self._role = role
        self._beats = beats or StepBeats()
        self._id = new_id()
        self._started_at = SYSTEM_CLOCK.now()
        self._pulse = Pulse(self._beats)
        self._task = PeriodicTask("heartbeat", self._beat, every_s=interval_s, at_once=True, at_end=self._remove)

    def __enter__(self) -> Self:
        self._pulse.start()
        self._task.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._task.stop()
        self._pulse.stop()

    def _beat(self) -> None:
        now = SYSTEM_CLOCK.now()
        steps, bypassed = self._beats.snapshot(), self._beats.redis_bypassed
        with self._database.write() as connection:
            heartbeats.forget(connection, now - _FORGET_AFTER)
            heartbeats.beat(
                connection,
                self._id,
                self._role,
                socket.gethostname(),
                os.getpid(),
                self._started_at,
                now,
                steps=steps,
                redis_bypassed=bypassed,
            )

    def _remove(self) -> None:
        with self._database.write() as connection:
            heartbeats.remove(connection, self._id)
