"""Answer requests for channels, and send a test alert on one."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.text import printable
from monitor.domain.times import rfc3339
from monitor.settings.suggestion import did_you_mean
from monitor.storage import channels
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.list_response import list_response
from monitor.web.parameters import FORMAT
from monitor.web.responses import ApiError, json_response
from workers.delivery.channel_sender import send_test


async def _list(request: Request) -> Response:
    return list_response(request, await channel_records(app_state_of(request)))


async def channel_records(app_state: AppState) -> list[dict[str, Any]]:
    """Return `name type failures paused reason` of each configured channel."""
    known = await app_state.read(channels.listing)
    return [
        {
            "name": name,
            "type": channel.type,
            "failures": known[name].failures if name in known else 0,
            "paused": name in known and known[name].paused,
            "reason": known[name].reason if name in known else None,
        }
        for name, channel in app_state.settings.channels.items()
    ]


async def _test(request: Request) -> Response:
    record = await test_channel(app_state_of(request), printable(request.path_params["name"]))
    return json_response(record, 200 if record["outcome"] is Outcome.ACCEPTED else 502)


async def test_channel(app_state: AppState, name: str) -> dict[str, Any]:
    """Send one marked test alert, and return the receipt. Raises ApiError with 404."""
    configured = app_state.settings.channels
    if name not in configured:
        raise ApiError(404, f"there is no channel {name!r}{did_you_mean(name, configured)}")
    return _record(name, await send_test(name, configured[name]))


async def _resume(request: Request) -> Response:
    name = printable(request.path_params["name"])
    if not await run_in_threadpool(resume, app_state_of(request), name):
        raise ApiError(404, f"no channel {name!r} has been used{did_you_mean(name, app_state_of(request).settings.channels)}")
    return json_response({"resumed": name})


def resume(app_state: AppState, name: str) -> bool:
    """Let a channel send again; return False if it has never been used. Blocks."""
    with app_state.database.write() as connection:
        done = channels.resume(connection, name)
    if done:
        app_state.relay.deliver(name)
    return done


def _record(name: str, result: AttemptResult) -> dict[str, Any]:
    return {
        "channel": name,
        "outcome": result.outcome,
        "at": rfc3339(result.at),
        "http_status": result.http_status,
        "duration_s": round(result.duration_s, 3),
        "reason": result.reason,
        "answer": printable(result.answer),
    }


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/channels",
        handler=_list,
        takes="`format`; the channels and how they are doing: `name type failures paused reason`",
        query=(FORMAT,),
    ),
    Endpoint(
        method="POST",
        path="/api/channels/{name}/resume",
        handler=_resume,
        takes="nothing; lets a paused channel send again; answers `resumed`, its name",
    ),
    Endpoint(
        method="POST",
        path="/api/channels/{name}/test",
        handler=_test,
        takes="nothing; sends one marked test alert and answers the receipt, with 502 if it was not accepted",
    ),
)
