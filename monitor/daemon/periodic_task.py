"""Repeat a step in a thread of its own, beside the work of the process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

from monitor.outage_log import OutageLog

STOP_WITHIN_S = 2.0


class PeriodicTask:
    """Calls `step` every `every_s` seconds in a daemon thread. An error is logged once per outage, and the step is called again.

    `at_once`: the first call is made on start, not after the first interval. `at_end`: called once more when the task is stopped.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], object],
        *,
        every_s: float,
        at_once: bool = False,
        at_end: Callable[[], object] | None = None,
    ) -> None:
        self._name = name
        self._step = step
        self._every_s = every_s
        self._at_once = at_once
        self._at_end = at_end
        self._outages = OutageLog()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def stop(self, *, within_s: float = STOP_WITHIN_S) -> None:
        """Stop after the call under way, waiting for it at most `within_s` seconds."""
        self._stop.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        if self._at_once:
            self._attempt(self._step)
        while not self._stop.wait(self._every_s):
            self._attempt(self._step)
        if self._at_end is not None:
            self._attempt(self._at_end)

    def _attempt(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever a step raises, the next call is made
            self._outages.failed(self._name, error)
        else:
            self._outages.worked(self._name)
