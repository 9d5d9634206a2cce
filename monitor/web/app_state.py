"""Hold what every handler needs: settings, database, queues, event hub and the compiled watch list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings
from monitor.storage.engine import Connection, Database
from monitor.web.event_hub import EventHub
from workers.matching.matcher import Matcher

_T = TypeVar("_T")


class AppState:
    """What one application works with."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay) -> None:
        self.live = live
        self.database = database
        self.relay = relay
        self.hub = EventHub(database)
        self._matcher: Matcher | None = None

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.live.current

    @property
    def matcher(self) -> Matcher:
        """The watch list in force, compiled on first use. Blocks."""
        if self._matcher is None:
            self._matcher = Matcher.build(self.settings.terms)
        return self._matcher

    def rebuild(self, settings: Settings) -> None:
        """Compile the watch list of new settings, if one has been used. Raises ConfigError, and the one before stays in force."""
        if self._matcher is not None:
            self._matcher = Matcher.build(settings.terms, self._matcher)

    async def read(self, work: Callable[[Connection], _T]) -> _T:
        """Return what `work` returns, called in a thread with a connection that reads."""
        return await run_in_threadpool(self._read, work)

    def _read(self, work: Callable[[Connection], _T]) -> _T:
        with self.database.read() as connection:
            return work(connection)


def app_state_of(request: Request) -> AppState:
    """Return the state of the application that serves a request."""
    state: Any = request.app.state
    app_state: AppState = state.app_state
    return app_state
