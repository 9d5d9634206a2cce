"""Work beside the jobs: one step, again and again, in a thread of its own, so that no article waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

from monitor.domain.errors import MonitorError
from monitor.logs import get_logger


class PeriodicTask:
    """Calls `step` every `every_s` seconds, first after that time, and with `last` once more at the end. Errors are logged."""

    def __init__(self, name: str, step: Callable[[], object], *, every_s: float, last: bool = False) -> None:
        self._name = name
        self._step = step
        self._every_s = every_s
        self._last = last
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, once the step at hand is done."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self._attempt()
        if self._last:
            self._attempt()

    def _attempt(self) -> None:
        try:
            self._step()
        except MonitorError as error:
            get_logger().error("tick.failed", step=self._name, error=str(error))
