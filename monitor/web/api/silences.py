"""Answer requests for the silences that people have set, set them and lift them."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import printable
from monitor.records import silence_record
from monitor.storage import silences
from monitor.storage.silence_requests import SUBJECTS
from monitor.web.acting import silence
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.responses import ApiError, json_of, json_response


async def _list(request: Request) -> Response:
    found = await app_state_of(request).read(lambda connection: silences.listing(connection, SYSTEM_CLOCK.now()))
    return json_response([silence_record(one) for one in found])


async def _set(request: Request) -> Response:
    made = await run_in_threadpool(silence, app_state_of(request), await json_of(request))
    return json_response(silence_record(made), 201)


async def _lift(request: Request) -> Response:
    silence_id = printable(request.path_params["id"])
    if not await run_in_threadpool(lift, app_state_of(request), silence_id):
        raise ApiError(404, "there is no such silence; it may be over, or the configuration sets it")
    return Response(status_code=204)


def lift(app_state: AppState, silence_id: str) -> bool:
    """End a silence; return False if there is none of that id. Blocks."""
    with app_state.database.write() as connection:
        return silences.lift_one(connection, silence_id)


ENDPOINTS: Final = (
    Endpoint(
        method="GET", path="/api/silences", handler=_list, takes="none; the silences that people have set, the first to end first"
    ),
    Endpoint(
        method="POST",
        path="/api/silences",
        handler=_set,
        body={
            "type": "object",
            "properties": {name: {"type": "string"} for name in (*SUBJECTS, "for", "until", "reason")},
            "additionalProperties": False,
        },
        answers=(201,),
        takes='`{"term": "…"}`, `tag` or `story` (its id), with `for` (`"2h"`) or `until` (a time, `"tomorrow"`, or `"lifted"` for good), and `reason`',
    ),
    Endpoint(
        method="DELETE",
        path="/api/silences/{id}",
        handler=_lift,
        answers=(204,),
        takes="nothing; ends it, and what it held back is told",
    ),
)
