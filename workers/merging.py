"""Merging stories beside the work: looking for reports of one event takes a moment, and no alert should wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.errors import MonitorError
from monitor.logs import get_logger
from monitor.settings.model import Settings
from monitor.storage.engine import Database
from workers.story import merge_alike

EVERY_S = 60.0


class Merger:
    """Merges, in a thread of its own, the stories that tell of one event; several processes may do so at once."""

    def __init__(self, database: Database, settings: Callable[[], Settings], *, every_s: float = EVERY_S) -> None:
        self._database = database
        self._settings = settings
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="merging", daemon=True)

    def start(self) -> Self:
        """Begin to look, first after a minute."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Look no longer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                merge_alike(self._database, self._settings().stories, now=datetime.now(UTC))
            except (MonitorError, SQLAlchemyError) as error:
                get_logger().error("tick.failed", step="stories", error=str(error))
