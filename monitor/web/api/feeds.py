"""Answer requests for feeds, folders and other sources."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.source import SourceStatus
from monitor.records import source_records
from monitor.sources.registry import kinds_for
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import choice_parameter, expect_only, limit_parameter, text_parameter
from monitor.web.responses import json_response


async def _list(request: Request) -> Response:
    app_state = app_state_of(request)
    expect_only(request, ("kind", "status", "search", "limit"))
    kind = choice_parameter(request, "kind", kinds_for(app_state.settings))
    status, search = choice_parameter(request, "status", SourceStatus), (text_parameter(request, "search") or "").lower()
    limit = limit_parameter(request) if text_parameter(request, "limit") else None
    records = await app_state.read(lambda connection: source_records(connection, app_state.settings, SYSTEM_CLOCK.now()))
    chosen = [
        record
        for record in records
        if kind in {None, record["kind"]}
        and status in {None, record["status"]}
        and search in f"{record['name']} {record['url']}".lower()
    ]
    return json_response(chosen[:limit])


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/feeds",
        handler=_list,
        takes="`kind` (`feed`, `folder` or that of a plug-in), `status` (`new ok failing broken silent paused gone`), `search` (part of name or address), `limit`; "
        "all sources without a `limit`",
    ),
)
