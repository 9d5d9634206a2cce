"""Answer requests for deliveries, and make them due again."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import DeliveryId
from monitor.domain.text import printable
from monitor.records import delivery_record
from monitor.storage import deliveries
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.list_response import page_response
from monitor.web.parameters import (
    PAGING,
    SINCE,
    UNTIL,
    Parameter,
    choice_parameter,
    cursor_after,
    limit_parameter,
    list_filter,
    text_parameter,
)
from monitor.web.responses import ApiError, json_of, json_response

_MAX_IDS: Final = 1000
STATUS: Final = Parameter(name="status", about="how far they have come", schema={"type": "string", "enum": list(DeliveryStatus)})
CHANNEL: Final = Parameter(name="channel", about="those of this channel")


async def _list(request: Request) -> Response:
    status, channel, limit = (
        choice_parameter(request, "status", DeliveryStatus),
        text_parameter(request, "channel"),
        limit_parameter(request),
    )
    wanted, more = DeliveryStatus(status) if status else None, list_filter(request, SYSTEM_CLOCK.now())
    found = await app_state_of(request).read(
        lambda connection: deliveries.listing(connection, status=wanted, channel=channel, limit=limit + 1, more=more)
    )
    return page_response(request, found, limit, delivery_record, lambda one: cursor_after(one.created_at, one.id))


async def _retry(request: Request) -> Response:
    document = await json_of(request)
    ids, dead = document.get("ids"), document.get("dead", False)
    if dead is True and ids is None:
        chosen = None
    elif dead is False and isinstance(ids, list) and ids and all(isinstance(one, str) for one in ids) and len(ids) <= _MAX_IDS:
        chosen = [DeliveryId(printable(one)) for one in ids]
    else:
        raise ApiError(422, f'expected {{"ids": ["…"]}} with up to {_MAX_IDS} ids, or {{"dead": true}}')
    due = await run_in_threadpool(make_due, app_state_of(request), chosen)
    return json_response({"due": due, "refused": sorted(set(chosen or ()) - set(due))})


def make_due(app_state: AppState, ids: list[DeliveryId] | None) -> list[DeliveryId]:
    """Make these deliveries due again, or (None) every dead letter, and queue their channels; return those that are due. Blocks."""
    with app_state.database.write() as connection:
        due = deliveries.retry(connection, ids, now=SYSTEM_CLOCK.now())
    with app_state.database.read() as connection:
        channels = deliveries.due_channels(connection, SYSTEM_CLOCK.now()) if due else ()
    for channel in channels:
        if not app_state.relay.deliver(channel):
            break
    return list(due)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/deliveries",
        handler=_list,
        takes="`status` (`pending sending delivered held dead`), `channel`, `since`, `until`, `limit`, `cursor`, `format`",
        query=(STATUS, CHANNEL, SINCE, UNTIL, *PAGING),
    ),
    Endpoint(
        method="POST",
        path="/api/deliveries/retry",
        handler=_retry,
        body={
            "type": "object",
            "properties": {"ids": {"type": "array", "items": {"type": "string"}}, "dead": {"type": "boolean"}},
        },
        takes='`{"ids": ["…"]}` or `{"dead": true}`; answers `due`, the ids that will be sent again, and `refused`, the others',
    ),
)
