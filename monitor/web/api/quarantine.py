"""Answer requests for what is in quarantine, and decide about it."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import printable
from monitor.records import quarantine_record
from monitor.storage import quarantine
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import LIMIT, limit_parameter
from monitor.web.responses import ApiError, json_response


async def _list(request: Request) -> Response:
    limit = limit_parameter(request)
    held = await app_state_of(request).read(lambda connection: quarantine.listing(connection, limit=limit))
    return json_response([quarantine_record(one) for one in held])


async def _retry(request: Request) -> Response:
    held = _id_of(request)
    if not await run_in_threadpool(release, app_state_of(request), held):
        raise _missing(held)
    return json_response({"retried": held})


async def _drop(request: Request) -> Response:
    held = _id_of(request)
    if not await run_in_threadpool(drop, app_state_of(request), held):
        raise _missing(held)
    return json_response({"dropped": held})


def release(app_state: AppState, held: str) -> bool:
    """Let something out of quarantine and have it scanned; return False if it is not there. Blocks."""
    with app_state.database.write() as connection:
        scans = quarantine.release(connection, held, SYSTEM_CLOCK.now())
    if scans:
        app_state.relay.scan(scans)
    return scans is not None


def drop(app_state: AppState, held: str) -> bool:
    """Take something off the list for good; return False if it is not on it. Blocks."""
    with app_state.database.write() as connection:
        return quarantine.drop(connection, held)


def _id_of(request: Request) -> str:
    return printable(str(request.path_params["id"]))


def _missing(held: str) -> ApiError:
    return ApiError(404, f"{held} is not in quarantine")


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/quarantine",
        handler=_list,
        query=(LIMIT,),
        takes="`limit`; what brought a process down, oldest first",
    ),
    Endpoint(
        method="POST",
        path="/api/quarantine/{id}",
        handler=_retry,
        takes="nothing; lets it out, so that it is read as a whole again; answers `retried`",
    ),
    Endpoint(
        method="POST",
        path="/api/quarantine/{id}/retry",
        handler=_retry,
        takes="as `POST /api/quarantine/{id}`",
    ),
    Endpoint(
        method="DELETE",
        path="/api/quarantine/{id}",
        handler=_drop,
        takes="nothing; takes it off the list for good; answers `dropped`",
    ),
)
