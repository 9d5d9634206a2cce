"""Answer why a term is quiet: whether it was watched for, and what it almost matched."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.settings.suggestion import did_you_mean
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import TERM, text_parameter
from monitor.web.responses import ApiError, json_response
from monitor.web.term_silence import quiet_term, quiet_terms, watched


async def _get(request: Request) -> Response:
    app_state, name = app_state_of(request), text_parameter(request, "term")
    names = [term.name for term in app_state.settings.terms]
    if name is not None and name not in names:
        raise ApiError(404, f"there is no term {name!r}{did_you_mean(name, names)}")
    return json_response(await run_in_threadpool(_record, app_state, name))


def _record(app_state: AppState, name: str | None) -> dict[str, Any]:
    now = SYSTEM_CLOCK.now()
    with app_state.database.read() as connection:
        found = {"watched": watched(app_state, connection, now)}
        if name is None:
            return {**found, "terms": quiet_terms(app_state, connection, now)}
        return {**quiet_term(app_state, connection, name, now), **found}


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/quiet",
        handler=_get,
        query=(TERM,),
        takes="`term`, a name of the watch list: why it is quiet; without it every term that never fired or has stopped; see [Silence](#silence)",
    ),
)
