"""Answer requests for channels, and send a test alert on one."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.text import printable
from monitor.domain.times import rfc3339
from monitor.settings.suggestion import did_you_mean
from monitor.storage import channels
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.list_response import list_response
from monitor.web.parameters import FORMAT
from monitor.web.responses import ApiError, json_response
from workers.delivery.channel_sender import send_test


async def _list(request: Request) -> Response:
    configured = app_state_of(request).settings.channels
    known = await app_state_of(request).read(channels.listing)
    records: list[dict[str, Any]] = [
        {
            "name": name,
            "type": channel.type,
            "failures": known[name].failures if name in known else 0,
            "paused": name in known and known[name].paused,
            "reason": known[name].reason if name in known else None,
        }
        for name, channel in configured.items()
    ]
    return list_response(request, records)


async def _test(request: Request) -> Response:
    name = printable(request.path_params["name"])
    configured = app_state_of(request).settings.channels
    if name not in configured:
        raise ApiError(404, f"there is no channel {name!r}{did_you_mean(name, configured)}")
    result = await send_test(name, configured[name])
    return json_response(_record(name, result), 200 if result.outcome is Outcome.ACCEPTED else 502)


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
        path="/api/channels/{name}/test",
        handler=_test,
        takes="nothing; sends one marked test alert and answers the receipt, with 502 if it was not accepted",
    ),
)
