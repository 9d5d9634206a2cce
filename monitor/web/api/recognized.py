"""Answer requests for the names recognised in articles."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.watch import EntityType
from monitor.records import recognized_name_record
from monitor.storage import mentions
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import LIMIT, SINCE, Parameter, limit_parameter, since_parameter, text_parameter
from monitor.web.responses import ApiError, json_response

TYPE: Final = Parameter(name="type", about="names of this type", schema={"type": "string", "enum": list(EntityType)})


async def _list(request: Request) -> Response:
    since, limit, wanted = since_parameter(request, SYSTEM_CLOCK.now()), limit_parameter(request), text_parameter(request, "type")
    if wanted is not None and wanted not in {one.value for one in EntityType}:
        raise ApiError(400, f"`type` is not one of {', '.join(one.value for one in EntityType)}")
    kind = None if wanted is None else EntityType(wanted)
    found = await app_state_of(request).read(lambda connection: mentions.listing(connection, since=since, kind=kind, limit=limit))
    return json_response([recognized_name_record(known) for known in found])


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/entities",
        handler=_list,
        takes="`since`, `type`, `limit`; names recognised in articles, those in most stories first",
        query=(SINCE, TYPE, LIMIT),
    ),
)
