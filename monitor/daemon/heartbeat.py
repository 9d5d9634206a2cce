"""A process tells the others that it is alive: a row in the database, refreshed every few seconds by a thread of its own.

Redis forgets its workers when it is wiped, so it cannot be asked.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.logs import get_logger
from monitor.storage import heartbeats
from monitor.storage.engine import Database
from monitor.storage.ids import new_id

INTERVAL_S = 3.0
ALIVE_WITHIN = timedelta(seconds=15)
_FORGET_AFTER = timedelta(hours=1)


class Heartbeat:
    """`with Heartbeat(database, role):` while the process does its work. An unreachable database is waited for, never raised."""

    def __init__(self, database: Database, role: str, *, interval_s: float = INTERVAL_S) -> None:
        self._database = database
        self._role = role
        self._interval_s = interval_s
        self._id = new_id()
        self._started_at = SYSTEM_CLOCK.now()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._failing = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(self._interval_s)

    def _run(self) -> None:
        self._attempt(self._forget_the_dead)
        while True:
            self._attempt(self._beat)
            if self._stop.wait(self._interval_s):
                break
        self._attempt(self._remove)

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except MonitorError as error:
            if not self._failing:
                get_logger().warning("tick.failed", step="heartbeat", error=str(error))
            self._failing = True
        else:
            self._failing = False

    def _beat(self) -> None:
        with self._database.write() as connection:
            now = SYSTEM_CLOCK.now()
            heartbeats.beat(connection, self._id, self._role, socket.gethostname(), os.getpid(), self._started_at, now)

    def _forget_the_dead(self) -> None:
        with self._database.write() as connection:
            heartbeats.forget(connection, SYSTEM_CLOCK.now() - _FORGET_AFTER)

    def _remove(self) -> None:
        with self._database.write() as connection:
            heartbeats.remove(connection, self._id)
