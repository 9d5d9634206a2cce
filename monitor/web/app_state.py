"""What every handler needs: the settings in force, the database, the way to the queues, and the watch list ready to match."""

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
    """One per application. `matcher` is None until it has been built for the first time."""

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
        """The watch list in force, built on first use; to be called in a thread."""
        if self._matcher is None:
            self._matcher = Matcher.build(self.settings.terms)
        return self._matcher

    def rebuild(self, settings: Settings) -> None:
        """Take up a watch list, if one was needed so far; raises ConfigError, and the one before goes on."""
        if self._matcher is not None:
            self._matcher = Matcher.build(settings.terms, self._matcher)

    async def read(self, work: Callable[[Connection], _T]) -> _T:
        """What `work` finds in the database, in a thread."""
        return await run_in_threadpool(self._read, work)

    async def write(self, work: Callable[[Connection], _T]) -> _T:
        """What `work` comes to, committed, in a thread."""
        return await run_in_threadpool(self._write, work)

    def _read(self, work: Callable[[Connection], _T]) -> _T:
        with self.database.read() as connection:
            return work(connection)

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        with self.database.write() as connection:
            return work(connection)


def app_state_of(request: Request) -> AppState:
    """The room that a request came into."""
    state: Any = request.app.state
    app_state: AppState = state.app_state
    return app_state
