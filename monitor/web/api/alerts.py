"""Answer requests for alerts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.records import alert_record
from monitor.storage import alerts
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import alert_filter, expect_only, limit_parameter, text_parameter
from monitor.web.responses import json_response
from workers.gazetteer.gazetteer import preferred_name


async def _list(request: Request) -> Response:
    expect_only(request, ("since", "term", "severity", "entity", "before", "limit"))
    wanted, limit = alert_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request)
    if (entity := text_parameter(request, "entity")) is not None:
        wanted = replace(wanted, entity=preferred_name(entity))
    found = await app_state_of(request).read(lambda connection: alerts.listing(connection, wanted, limit=limit))
    return json_response([alert_record(stored) for stored in found])


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/alerts",
        handler=_list,
        takes="`since`, `term` and `severity` (both may be repeated), `entity` (a name recognised in the article), `before` (the id of an alert: older ones), `limit`",
    ),
)
