"""`/api/events`: alerts as server-sent events; `/events`: the same for the page, as ready HTML."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage.alerts import AlertFilter
from monitor.web.app_state import app_state_of
from monitor.web.event_hub import Event, TooManyClients
from monitor.web.parameters import alert_filter, expect_only, text_of
from monitor.web.responses import ApiError

RETRY_MS = 2000
Show = Callable[[Event], dict[str, Any]]


async def events(request: Request) -> Response:
    """`GET /api/events?term=&severity=&after=`: `alert` events with the record of the alert, `deliveries` when theirs change."""
    return _stream(request, lambda event: event.record)


def _stream(request: Request, show: Show) -> Response:
    expect_only(request, ("term", "severity", "after"))
    wanted = alert_filter(request, SYSTEM_CLOCK.now())
    last_id = request.headers.get("last-event-id") or text_of(request, "after")
    try:
        listening = app_state_of(request).hub.listen(last_id)
    except TooManyClients as error:
        raise ApiError(503, "too many clients listen already", headers={"retry-after": "10"}) from error
    return StreamingResponse(_lines(listening, wanted, show), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _lines(listening: AsyncIterator[Event | None], wanted: AlertFilter, show: Show) -> AsyncIterator[bytes]:
    yield b"retry: %d\n: welcome\n\n" % RETRY_MS
    async for event in listening:
        if event is None:
            yield b": still here\n\n"
        elif event.name != "alert":
            yield b"event: %s\ndata: %s\n\n" % (event.name.encode(), orjson.dumps(show(event)))
        elif _fits(event.record, wanted):
            yield b"event: alert\nid: %s\ndata: %s\n\n" % (event.id.encode(), orjson.dumps(show(event)))


def _fits(record: dict[str, Any], wanted: AlertFilter) -> bool:
    alert = record["alert"]
    return (not wanted.terms or alert["term"] in wanted.terms) and (not wanted.severities or alert["severity"] in wanted.severities)


def stream_with(show: Show) -> Callable[[Request], Any]:
    """A handler that streams events in another shape."""

    async def handle(request: Request) -> Response:
        return _stream(request, show)

    return handle
