"""Answer what is suddenly everywhere."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.responses import json_response
from workers.analysis.trend_report import trend_report


async def _get(request: Request) -> Response:
    now = SYSTEM_CLOCK.now()
    return json_response(await app_state_of(request).read(lambda connection: trend_report(connection, now)))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/trends",
        handler=_get,
        takes="nothing: the bursts that go on and those of the last seven days, each with its stories by the hour; see [Trends](trends.md)",
    ),
)
