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
from monitor.storage import stories
from monitor.storage.engine import Database
from workers.story import merge_alike

EVERY_S = 60.0


class Merger:
    """Merges, in a thread of its own, the stories that tell of one event; several processes may do so at once."""

    def __init__(self, database: Database, settings: Callable[[], Settings], *, every_s: float = EVERY_S) -> None:
        self._database = database
        self._settings = settings
        self._every_s = every_s
        self._seen: datetime | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="merging", daemon=True)

    def start(self) -> Self:
        """Begin to look, first after a minute."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Look once more, for what a short run has brought, and then no longer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        going_on = True
        while going_on:
            going_on = not self._stop.wait(self._every_s)
            try:
                self._look()
            except (MonitorError, SQLAlchemyError) as error:
                get_logger().error("tick.failed", step="stories", error=str(error))

    def _look(self) -> None:
        with self._database.read() as connection:
            newest = stories.newest(connection)
        if newest != self._seen:
            merge_alike(self._database, self._settings().stories, now=datetime.now(UTC))
            self._seen = newest
