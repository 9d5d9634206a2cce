"""Answer whether this process serves (`/healthz`), and whether the daemon as a whole does its work (`/readyz`)."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.domain.readiness import ReadyStatus
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.responses import json_response


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _readyz(request: Request) -> Response:
    readiness = await run_in_threadpool(app_state_of(request).health.readiness)
    record: dict[str, Any] = readiness.record()
    # `ready` and `checks` are the names of version 0.1 for the same.
    document = {**record, "ready": readiness.status is not ReadyStatus.DOWN, "checks": record["parts"]}
    return json_response(document, 503 if readiness.status is ReadyStatus.DOWN else 200)


ENDPOINTS: Final = (
    Endpoint(method="GET", query=None, path="/healthz", handler=_healthz, takes="none; see [Health](#health)"),
    Endpoint(method="GET", query=None, path="/readyz", handler=_readyz, takes="none; see [Health](#health)"),
)
