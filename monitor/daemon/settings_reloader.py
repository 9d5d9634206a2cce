"""Reload the settings in the background when their files change, so that no job waits for a matcher to be built."""

from __future__ import annotations

from collections.abc import Callable

from monitor.domain.errors import MonitorError
from monitor.logs import get_logger
from monitor.settings.live import Changed, LiveSettings
from monitor.settings.model import Settings

EVERY_S = 1.0


class SettingsReloader:
    """Calls `on_change` with the settings whenever they have changed."""

    def __init__(self, role: str, live: LiveSettings, on_change: Callable[[Settings], None]) -> None:
        self._role = role
        self._live = live
        self._on_change = on_change

    def reload_if_changed(self) -> None:
        """Apply the settings on disk if they have changed. A broken file is reported by the scheduler and ignored here."""
        outcome = self._live.refresh()
        if isinstance(outcome, Changed):
            self._take_up(outcome.settings)

    def _take_up(self, settings: Settings) -> None:
        try:
            self._on_change(settings)
        except MonitorError as error:
            self._live.refuse(str(error))
            get_logger().error("config.rejected", role=self._role, faults=str(error).splitlines())
        else:
            self._live.refuse(None)
            get_logger().info("config.loaded", role=self._role, terms=len(settings.terms), channels=len(settings.channels))
