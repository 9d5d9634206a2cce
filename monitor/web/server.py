"""The web role: health, API and dashboard on one small server."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.storage.engine import Database


async def _healthz(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def application(live: LiveSettings, database: Database, relay: Relay) -> Starlette:
    """The web application."""
    del live, database, relay
    return Starlette(routes=[Route("/healthz", _healthz)])


def serve(live: LiveSettings, database: Database, relay: Relay) -> None:
    """Serve until SIGTERM."""
    web = live.current.web
    uvicorn.run(application(live, database, relay), host=web.host, port=web.port, log_config=None, access_log=False)
