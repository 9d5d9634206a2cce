"""Answer requests for stories."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.records import story_record
from monitor.storage import stories
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import expect_only, limit_parameter, since_parameter
from monitor.web.responses import json_response


async def _list(request: Request) -> Response:
    expect_only(request, ("since", "limit"))
    since, limit = since_parameter(request, SYSTEM_CLOCK.now()), limit_parameter(request)
    found = await app_state_of(request).read(lambda connection: stories.listing(connection, since=since, limit=limit))
    return json_response([story_record(story) for story in found])


ENDPOINTS: Final = (Endpoint(method="GET", path="/api/stories", handler=_list, takes="`since`, `limit`"),)
