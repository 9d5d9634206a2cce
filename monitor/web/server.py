"""Serve the dashboard, the API, metrics and health: the role `web`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from importlib.resources import files

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.daemon import settings_reloader
from monitor.daemon.last_resort import STOP_WITHIN_S, end_after
from monitor.daemon.periodic_task import PeriodicTask
from monitor.daemon.settings_reloader import SettingsReloader
from monitor.daemon.step_beats import StepBeats
from monitor.domain.errors import DatabaseUnwritable, MonitorError, ServiceUnavailable
from monitor.logs import get_logger
from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.settings.model import WebSettings
from monitor.storage.engine import Database
from monitor.web import action_pages, login
from monitor.web.access_control import AccessControl, has_token
from monitor.web.app_state import AppState
from monitor.web.connections import PatientProtocol
from monitor.web.hub_callbacks import HubCallbacks
from monitor.web.page import error_page
from monitor.web.registry import endpoints, pages
from monitor.web.responses import ApiError, error_response

_SENTENCES = {404: "there is nothing at this address", 405: "this address does not answer to this method"}
"""What an error says where Starlette only names its status."""
_RETRY_AFTER = {"retry-after": "15"}
_STATIC = str(files("monitor.web") / "static")


def application(live: LiveSettings, database: Database, relay: Relay) -> Starlette:
    """Return the web application. While it runs it reloads a changed configuration and watches the database for new alerts."""
    app_state = AppState(live, database, relay)
    app = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(HubCallbacks, state=app_state),
            Middleware(
                AccessControl,
                settings=lambda: app_state.settings.web,
                login_form=login.login_form,
                sessions=app_state.sessions,
                guard=app_state.login_guard,
            ),
        ],
        exception_handlers={HTTPException: _http_error, MonitorError: _monitor_error},
        lifespan=_lifespan,
    )
    app.state.app_state = app_state
    app.state.navigation = [page for page in pages() if page.navigation]
    return app


def serve_web(
    live: LiveSettings,
    database: Database,
    relay: Relay,
    *,
    host: str | None = None,
    port: int | None = None,
    beats: StepBeats | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. Raises MonitorError if the address is taken, or if others can reach it and no token is set."""
    web = _address(live.current.web, host, port)
    listening = _listen(web)
    app = application(live, database, relay)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=65536,
        http=PatientProtocol,
    )
    get_logger().info("daemon.started", role="web", url=listening_address(listening))
    _Server(config, app.state.app_state, beats or StepBeats()).run([listening])
    get_logger().info("daemon.stopped", role="web")


def listening_address(listening: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Ends event streams when it has to stop, since it would wait for them, and does not raise the signal again afterwards."""

    def __init__(self, config: uvicorn.Config, app_state: AppState, beats: StepBeats) -> None:
        super().__init__(config)
        self._beats = beats
        beats.expect("requests", every_s=1)
        self._app_state = app_state

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT; uvicorn's own method raises the signal again once it has stopped."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def on_tick(self, counter: int) -> bool:
        """Beat, ten times a second, and do what uvicorn does then."""
        self._beats.beat("requests")
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams, then stop as uvicorn does."""
        end_after(STOP_WITHIN_S)
        self._beats.forget("requests")
        self._app_state.hub.close()
        await super().shutdown(sockets)


def _routes() -> list[Route | Mount]:
    return [
        *(endpoint.route() for endpoint in endpoints()),
        *(route for page in pages() for route in page.routes()),
        *login.ROUTES,
        *action_pages.ROUTES,
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    app_state: AppState = app.state.app_state
    reloading = PeriodicTask(
        "settings", SettingsReloader("web", app_state.live, app_state.rebuild).reload_if_changed, every_s=settings_reloader.EVERY_S
    ).start()
    app_state.health.start()
    watching = asyncio.create_task(app_state.hub.watch())
    compiling = asyncio.create_task(run_in_threadpool(lambda: app_state.matcher))
    try:
        yield
    finally:
        app_state.hub.close()
        app_state.parsers.close()
        app_state.feed_parsers.close()
        for task in (watching, compiling):
            task.cancel()
        await asyncio.gather(watching, compiling, return_exceptions=True)
        await run_in_threadpool(app_state.health.stop)
        await run_in_threadpool(reloading.stop)


async def _http_error(request: Request, error: Exception) -> Response:
    """Return an error as a page for a browser, as JSON for everyone else."""
    assert isinstance(error, HTTPException)
    if error.status_code in _SENTENCES and error.detail == HTTPStatus(error.status_code).phrase:
        error = ApiError(error.status_code, _SENTENCES[error.status_code], headers=error.headers)
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(("/api/", "/act/")):
        return error_page(request, error.status_code, error.detail)
    return error_response(error)


async def _monitor_error(request: Request, error: Exception) -> Response:
    if isinstance(error, DatabaseUnwritable):
        return await _http_error(request, ApiError(507 if error.full else 503, str(error), headers=_RETRY_AFTER))
    if isinstance(error, ServiceUnavailable):
        return await _http_error(request, ApiError(503, str(error), headers=_RETRY_AFTER))
    return await _http_error(request, ApiError(500, str(error)))


def _address(web: WebSettings, host: str | None, port: int | None) -> WebSettings:
    """Return the settings with the host and port of the command line, if given. Raises MonitorError for an open address without a token."""
    chosen = web.model_copy(update={"host": host or web.host, "port": web.port if port is None else port})
    if not chosen.loopback and not has_token(chosen.token):
        raise MonitorError(f"web: {chosen.host} can be reached from other machines; set `web.token` first")
    return chosen


def _listen(web: WebSettings) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            web.host, web.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with contextlib.ExitStack() as stack:
            listening = stack.enter_context(socket.socket(family, kind, protocol))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(socket.SOMAXCONN)
            stack.pop_all()
    except OSError as error:
        raise MonitorError(
            f"web: cannot listen on {web.host}:{web.port}: {(error.strerror or str(error)).lower()}; set another `web.port`, "
            "or stop what uses it"
        ) from error
    return listening
