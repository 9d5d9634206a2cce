"""Following the configuration beside the work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

from monitor.domain.errors import MonitorError
from monitor.logs import get_logger
from monitor.settings.live import Changed, LiveSettings
from monitor.settings.model import Settings

REFRESH_S = 1.0


class Follower:
    """Takes up changed settings in a thread of its own and tells `on_change`, so that work never waits for a matcher to be built."""

    def __init__(self, role: str, live: LiveSettings, on_change: Callable[[Settings], None]) -> None:
        self._role = role
        self._live = live
        self._on_change = on_change
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="settings", daemon=True)

    def start(self) -> Self:
        """Begin to follow."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Follow no longer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(REFRESH_S):
            outcome = self._live.refresh()
            if isinstance(outcome, Changed):
                self._take_up(outcome.settings)

    def _take_up(self, settings: Settings) -> None:
        try:
            self._on_change(settings)
        except MonitorError as error:
            get_logger().error("config.rejected", role=self._role, faults=str(error).splitlines())
        else:
            get_logger().info("config.loaded", role=self._role, terms=len(settings.terms), channels=len(settings.channels))
