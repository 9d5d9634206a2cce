"""Answer requests for the status of the whole daemon."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.records import status_record
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.responses import json_response


async def _get(request: Request) -> Response:
    app_state = app_state_of(request)
    now = SYSTEM_CLOCK.now()
    readiness = await run_in_threadpool(app_state.health.readiness)
    return json_response(await app_state.read(lambda connection: status_record(connection, app_state.settings, readiness, now)))


ENDPOINTS: Final = (
    Endpoint(method="GET", path="/api/status", handler=_get, takes="none; what `news-monitor status --json` prints"),
)
