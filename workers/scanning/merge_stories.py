"""Merge stories about one event, in a periodic task, since the comparison takes up to a second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.settings.model import Settings
from monitor.storage import stories
from monitor.storage.engine import Database
from workers.scanning.assign_story import merge_same_event

EVERY_S = 60.0


class StoryMerger:
    """Merges stories about one event; several processes may do so at once."""

    def __init__(self, database: Database, settings: Callable[[], Settings]) -> None:
        self._database = database
        self._settings = settings
        self._seen: datetime | None = None

    def merge_if_changed(self) -> None:
        """Merge stories if any has had an article since the last call."""
        with self._database.read() as connection:
            newest = stories.newest(connection)
        if newest != self._seen:
            merge_same_event(self._database, self._settings().stories, now=SYSTEM_CLOCK.now())
            self._seen = newest
