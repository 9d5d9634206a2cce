"""Health: `/healthz` says that this process serves, `/readyz` that the daemon as a whole can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.daemon.heartbeat import ALIVE_WITHIN
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.storage import heartbeats
from monitor.web.app_state import AppState, app_state_of
from monitor.web.responses import json_response

CHECK_TIMEOUT_S = 5.0
_NEEDED = {"scheduler": ("scheduler",), "worker": ("scan", "deliver")}


async def healthz(_request: Request) -> Response:
    """This process serves; nothing else is asked."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """200 when every part is there, else 503: `ready`, and for each of `redis database scheduler worker` a `reason` that is null when all is well."""
    app_state = app_state_of(request)
    redis, (database, alive) = await asyncio.gather(_checked(_redis, app_state, "no answer"), _roles(app_state))
    checks: dict[str, str | None] = {"redis": redis, "database": database}
    for name, roles in _NEEDED.items():
        missing = [role for role in roles if role not in alive]
        checks[name] = f"no sign of life from {' or '.join(missing)} for {ALIVE_WITHIN.seconds} s" if missing else None
    ready = not any(checks.values())
    document: dict[str, Any] = {
        "ready": ready,
        "checks": {name: {"ok": reason is None, "reason": reason} for name, reason in checks.items()},
    }
    return json_response(document, 200 if ready else 503)


async def _checked(check: Callable[[AppState], str | None], app_state: AppState, late: str) -> str | None:
    try:
        return await asyncio.wait_for(run_in_threadpool(check, app_state), CHECK_TIMEOUT_S)
    except TimeoutError:
        return late


def _redis(app_state: AppState) -> str | None:
    return None if app_state.relay.state() is not None else "cannot be reached"


async def _roles(app_state: AppState) -> tuple[str | None, frozenset[str]]:
    """What is wrong with the database, and the roles alive that it knows of."""
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
