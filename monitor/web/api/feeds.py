"""Answer requests for feeds."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.source import SourceStatus
from monitor.records import feed_records
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import choice_parameter, expect_only, limit_parameter, text_parameter
from monitor.web.responses import json_response


async def _list(request: Request) -> Response:
    expect_only(request, ("status", "search", "limit"))
    status, search = choice_parameter(request, "status", SourceStatus), (text_parameter(request, "search") or "").lower()
    limit = limit_parameter(request) if text_parameter(request, "limit") else None
    app_state = app_state_of(request)
    records = await app_state.read(lambda connection: feed_records(connection, app_state.settings, SYSTEM_CLOCK.now()))
    chosen = [
        record
        for record in records
        if (status is None or record["status"] == status) and search in f"{record['name']} {record['url']}".lower()
    ]
    return json_response(chosen[:limit])


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/feeds",
        handler=_list,
        takes="`status` (`new ok failing gone`), `search` (part of name or address), `limit`; all feeds without a `limit`",
    ),
)
