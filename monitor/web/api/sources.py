"""Answer which sources are first, what is missed and what to change."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import SINCE, since_parameter
from monitor.web.responses import json_response
from workers.analysis.source_report import LOOKED_BACK, source_report


async def _get(request: Request) -> Response:
    app_state, now = app_state_of(request), SYSTEM_CLOCK.now()
    since = since_parameter(request, now) or now - LOOKED_BACK
    terms = {term.name for term in app_state.settings.terms}
    return json_response(await app_state.read(lambda connection: source_report(connection, terms, since=since, now=now)))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/sources",
        handler=_get,
        takes="`since` (30 days ago): how often each source was first, the estimated coverage and what to change; see [Trends](trends.md)",
        query=(SINCE,),
    ),
)
