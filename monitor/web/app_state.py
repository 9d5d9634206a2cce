"""Hold what every handler needs: settings, database, queues, event hub, compiled watch list and recognizers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.domain.match import Document
from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings
from monitor.storage.engine import Connection, Database
from monitor.web.event_hub import EventHub
from monitor.web.health_wiring import health_monitor
from monitor.web.idempotency import IdempotencyKeys
from monitor.web.login_guard import LoginGuard
from monitor.web.login_sessions import Sessions
from monitor.web.request_budget import CpuBudget
from workers.analysis.dry_run import dry_run
from workers.analysis.trace import Tracer
from workers.matching.matcher import Matcher
from workers.scanning.compiled_settings import CompiledSettings

_T = TypeVar("_T")


MAX_LISTED = 200
"""Matches and mentions of each kind that a preview lists."""


class AppState:
    """What one application works with."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay) -> None:
        self.live = live
        self.database = database
        self.relay = relay
        self.hub = EventHub(database)
        self.health = health_monitor(live, database, relay)
        self.sessions = Sessions(database)
        self.login_guard = LoginGuard()
        self.cpu_budget = CpuBudget()
        self.idempotency = IdempotencyKeys()
        self.parsers = ParserPool(Task.DOCUMENT, processes=1)
        self.feed_parsers = ParserPool(Task.FEED, processes=1)
        self._compiled: CompiledSettings | None = None
        self._recognizing = Lock()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.live.current

    @property
    def matcher(self) -> Matcher:
        """The watch list in force, compiled on first use. Blocks."""
        return self._compile().matcher

    def dry_run(self, matcher: Matcher, document: Document, *, names: Sequence[str] = ()) -> dict[str, Any]:
        """Return what a matcher and the configured recognizers find in a document (see `workers.analysis.dry_run`). Blocks."""
        recognizers = self._compile().recognizers
        with self._recognizing:
            return dry_run(matcher, recognizers, document, names=names, most=MAX_LISTED)

    def rebuild(self, settings: Settings) -> None:
        """Compile new settings, if the ones before were. Raises ConfigError or PluginError, and the ones before stay in force."""
        if self._compiled is not None:
            self._compiled = CompiledSettings.build(settings, self._compiled)

    def _compile(self) -> CompiledSettings:
        if self._compiled is None:
            self._compiled = CompiledSettings.build(self.settings)
        return self._compiled

    def trace(self, query: str, now: datetime) -> dict[str, Any]:
        """Return all that is known of an article, link, story or alert (see `workers.analysis.trace`). Blocks."""
        with self.database.read() as connection:
            return Tracer(connection=connection, settings=self.settings, matcher=self.matcher, now=now).trace(query)

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
