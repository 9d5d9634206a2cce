"""The page of deliveries, and its form that sends them again."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import DeliveryId
from monitor.domain.text import printable
from monitor.storage import activity, attempts, channels, deliveries
from monitor.storage.engine import Connection
from monitor.web.api.deliveries import make_due
from monitor.web.app_state import app_state_of
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page
from monitor.web.parameters import choice_parameter, limit_parameter, next_limit, text_parameter
from monitor.web.responses import ApiError

SHOWN: Final = 50


async def _load(request: Request) -> Context:
    status, limit = choice_parameter(request, "status", DeliveryStatus), limit_parameter(request, SHOWN)
    channel = text_parameter(request, "channel")
    configured = app_state_of(request).settings.channels

    def read(connection: Connection) -> dict[str, Any]:
        wanted = DeliveryStatus(status) if status else None
        found = deliveries.listing(connection, status=wanted, channel=channel, limit=limit)
        states = channels.listing(connection)
        return {
            "deliveries": found,
            "headlines": activity.headlines(connection, [one.alert_id for one in found if one.alert_id]),
            "attempts": {one.id: attempts.of(connection, one.id) for one in found if one.attempts},
            "counts": deliveries.counts(connection),
            "channels": {name: state for name, state in states.items() if name in configured and (state.failures or state.paused)},
            "more": next_limit(len(found), limit),
        }

    found = await app_state_of(request).read(read)
    return {**found, "status": status, "channel": channel, "retried": text_parameter(request, "retried")}


async def _retry(request: Request) -> Response:
    """Make one delivery, or every dead letter, due again; then redirect to the list."""
    fields = await form_fields(request)
    ids = [DeliveryId(printable(one)) for one in fields.get("id", [])]
    if not ids and fields.get("dead") != ["all"]:
        raise ApiError(422, "name a delivery, or all dead letters")
    due = await run_in_threadpool(make_due, app_state_of(request), ids or None)
    return RedirectResponse("/deliveries?" + urlencode({"retried": len(due)}), 303)


PAGE: Final = Page(
    path="/deliveries",
    title="Deliveries",
    template="deliveries.html",
    shows="what is waiting, delivered, given up; what each receiver answered; retry of one or of all dead letters",
    navigation="Deliveries",
    position=50,
    load=_load,
    actions=(Action(method="POST", path="/deliveries/retry", handler=_retry),),
)
