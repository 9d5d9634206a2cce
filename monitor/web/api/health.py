"""Answer whether this process serves (`/healthz`), and whether the daemon as a whole can do its work (`/readyz`)."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.daemon.heartbeat import ALIVE_WITHIN
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.storage import heartbeats
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.responses import json_response

CHECK_TIMEOUT_S: Final = 5.0
_NEEDED_ROLES: Final = {"scheduler": ("scheduler",), "worker": ("scan", "deliver")}


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _readyz(request: Request) -> Response:
    app_state = app_state_of(request)
    redis, (database, roles_alive) = await asyncio.gather(_redis_fault(app_state), _database_fault_and_roles(app_state))
    checks: dict[str, str | None] = {"redis": redis, "database": database}
    for name, roles in _NEEDED_ROLES.items():
        missing = [role for role in roles if role not in roles_alive]
        checks[name] = f"no sign of life from {' or '.join(missing)} for {ALIVE_WITHIN.seconds} s" if missing else None
    ready = not any(checks.values())
    document: dict[str, Any] = {
        "ready": ready,
        "checks": {name: {"ok": reason is None, "reason": reason} for name, reason in checks.items()},
    }
    return json_response(document, 200 if ready else 503)


async def _redis_fault(app_state: AppState) -> str | None:
    try:
        state = await asyncio.wait_for(run_in_threadpool(app_state.relay.state), CHECK_TIMEOUT_S)
    except TimeoutError:
        return "no answer"
    return "cannot be reached" if state is None else None


async def _database_fault_and_roles(app_state: AppState) -> tuple[str | None, frozenset[str]]:
    now = SYSTEM_CLOCK.now()
    try:
        beats = await asyncio.wait_for(
            app_state.read(lambda connection: heartbeats.alive(connection, now, ALIVE_WITHIN)), CHECK_TIMEOUT_S
        )
    except TimeoutError:
        return "no answer", frozenset()
    except MonitorError:
        return "cannot be reached", frozenset()
    return None, frozenset(beat.role for beat in beats)


ENDPOINTS: Final = (
    Endpoint(method="GET", path="/healthz", handler=_healthz, takes="none; see [Health](#health)"),
    Endpoint(method="GET", path="/readyz", handler=_readyz, takes="none; see [Health](#health)"),
)
