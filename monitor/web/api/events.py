"""Stream new alerts and changed deliveries as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from monitor.domain.alert import Alert
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId
from monitor.records import alert_deliveries_record, alert_record
from monitor.storage.alerts import AlertFilter
from monitor.web.access_control import is_foreign
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.event_hub import DeliveriesChanged, Event, TooManyClients
from monitor.web.page import Handler
from monitor.web.parameters import SEVERITY, TERM, Parameter, alert_filter, expect_only, text_parameter
from monitor.web.responses import ApiError

RETRY_MS: Final = 2000
"""How long a client waits before it connects again."""
AFTER: Final = Parameter(name="after", about="the id of an alert already seen")
EventData: TypeAlias = Callable[[Event], dict[str, Any]]
"""Returns the JSON object that a client gets for an event."""


def stream_of(data: EventData) -> Handler:
    """Return a handler that streams events with this data, filtered by the parameters `term` and `severity`, after the alert `after`."""

    async def handle(request: Request) -> Response:
        expect_only(request, tuple(parameter.name for parameter in (TERM, SEVERITY, AFTER)))
        return _stream(request, data)

    return handle


def _records(event: Event) -> dict[str, Any]:
    if isinstance(event, DeliveriesChanged):
        return {"alert_id": event.alert_id, "deliveries": alert_deliveries_record(event.deliveries)}
    return alert_record(event.stored, SYSTEM_CLOCK.now())


def _stream(request: Request, data: EventData) -> Response:
    if is_foreign(request):
        raise ApiError(403, "this stream was asked for by a page of another site")
    wanted = alert_filter(request, SYSTEM_CLOCK.now())
    last_id = request.headers.get("last-event-id") or text_parameter(request, "after")
    try:
        found = app_state_of(request).hub.subscribe(AlertId(last_id) if last_id else None)
    except TooManyClients as error:
        raise ApiError(503, "too many clients are connected; try again later", headers={"retry-after": "10"}) from error
    return StreamingResponse(_lines(found, wanted, data), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _lines(found: AsyncIterator[Event | None], wanted: AlertFilter, data: EventData) -> AsyncIterator[bytes]:
    yield b"retry: %d\n: welcome\n\n" % RETRY_MS
    async for event in found:
        if event is None:
            yield b": still here\n\n"
        elif isinstance(event, DeliveriesChanged):
            yield b"event: deliveries\ndata: %s\n\n" % orjson.dumps(data(event))
        elif _fits(event.stored.alert, wanted):
            yield b"event: alert\nid: %s\ndata: %s\n\n" % (event.stored.alert.id.encode(), orjson.dumps(data(event)))


def _fits(alert: Alert, wanted: AlertFilter) -> bool:
    return (not wanted.terms or alert.term in wanted.terms) and (not wanted.severities or alert.severity in wanted.severities)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/events",
        handler=stream_of(_records),
        query=(TERM, SEVERITY, AFTER),
        takes="`term` and `severity` (both may be repeated), `after` (the id of an alert); see [Events](#events)",
    ),
)
