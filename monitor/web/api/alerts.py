"""Answer requests for alerts, and acknowledge them."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId
from monitor.domain.text import printable
from monitor.records import alert_record
from monitor.storage import alerts
from monitor.storage.alerts import AlertFilter
from monitor.web.acting import acknowledge_alert
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.list_response import page_response
from monitor.web.parameters import FILTERS, PAGING, Parameter, cursor_after, limit_parameter, list_filter, text_parameter
from monitor.web.responses import ApiError, json_of, json_response

BEFORE: Final = Parameter(name="before", about="the id of an alert: older ones")


async def _list(request: Request) -> Response:
    before, limit = text_parameter(request, "before"), limit_parameter(request)
    wanted = AlertFilter(before=before, more=list_filter(request, SYSTEM_CLOCK.now()))
    found = await app_state_of(request).read(lambda connection: alerts.listing(connection, wanted, limit=limit + 1))
    now = SYSTEM_CLOCK.now()
    return page_response(
        request, found, limit, lambda one: alert_record(one, now), lambda one: cursor_after(one.alert.created_at, one.alert.id)
    )


async def _one(request: Request) -> Response:
    wanted = AlertFilter(ids=(_id(request),))
    found = await app_state_of(request).read(lambda connection: alerts.listing(connection, wanted))
    if not found:
        raise ApiError(404, "there is no such alert; it may have been deleted by retention")
    return json_response(alert_record(found[0], SYSTEM_CLOCK.now()))


async def _acknowledge(request: Request) -> Response:
    document = await json_of(request)
    by = document.get("by", "")
    if set(document) - {"by"} or not isinstance(by, str):
        raise ApiError(422, 'expected {"by": "…"} with the name of who has seen it')
    stored = await run_in_threadpool(acknowledge_alert, app_state_of(request), _id(request), by)
    return json_response(alert_record(stored, SYSTEM_CLOCK.now()))


def _id(request: Request) -> AlertId:
    return AlertId(printable(request.path_params["id"]))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/alerts",
        handler=_list,
        takes="[filters](#lists), `before` (the id of an alert: older ones), `limit`, `cursor`, `format`",
        query=(*FILTERS, *PAGING, BEFORE),
    ),
    Endpoint(method="GET", path="/api/alerts/{id}", handler=_one, takes="none; one alert"),
    Endpoint(
        method="POST",
        path="/api/alerts/{id}/acknowledge",
        handler=_acknowledge,
        body={"type": "object", "properties": {"by": {"type": "string"}}, "additionalProperties": False},
        takes='`{"by": "…"}`; answers the alert with `acknowledged`, under the name of whoever was first; see [Acknowledge](#acknowledge-and-silence)',
    ),
)
