"""Answer requests for stored articles."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.records import article_record
from monitor.storage import archive
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import expect_only, limit_parameter, since_parameter, text_parameter
from monitor.web.responses import json_response


async def _list(request: Request) -> Response:
    expect_only(request, ("search", "since", "limit"))
    search, since, limit = text_parameter(request, "search"), since_parameter(request, SYSTEM_CLOCK.now()), limit_parameter(request)
    found = await app_state_of(request).read(
        lambda connection: archive.listing(connection, search=search, since=since, limit=limit)
    )
    return json_response([article_record(article) for article in found])


ENDPOINTS: Final = (
    Endpoint(method="GET", path="/api/articles", handler=_list, takes="`search` (words that must all occur), `since`, `limit`"),
)
