"""Answer what is known of an article, link, story or alert."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import printable
from monitor.domain.urls import MAX_LENGTH
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import Parameter
from monitor.web.responses import ApiError, json_response


def traced_query(request: Request) -> str | None:
    """Return the parameter `q`, a link or an id; None where it is missing or empty. Raises ApiError with 422 if no link is so long."""
    query = printable(request.query_params.get("q", "")).strip()
    if len(query) > MAX_LENGTH:
        raise ApiError(422, f"`q` is longer than {MAX_LENGTH} characters")
    return query or None


async def _trace(request: Request) -> Response:
    query = traced_query(request)
    if query is None:
        raise ApiError(422, "`q` is the link of an article, or the id of an article, story or alert")
    return json_response(await run_in_threadpool(app_state_of(request).trace, query, SYSTEM_CLOCK.now()))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/trace",
        handler=_trace,
        query=(Parameter(name="q", about="a link in any form, or the id of an article, story or alert"),),
        takes="`q` (a link in any form, or the id of an article, story or alert); `received` is false for what never came",
    ),
)
