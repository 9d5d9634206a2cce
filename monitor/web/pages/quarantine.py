"""The page of what brought a process down, and its form that decides about it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.text import printable
from monitor.storage import quarantine
from monitor.storage.engine import Connection
from monitor.web.api.quarantine import drop, release
from monitor.web.app_state import app_state_of
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page
from monitor.web.parameters import limit_parameter, next_limit, text_parameter
from monitor.web.responses import ApiError

SHOWN: Final = 50


async def _load(request: Request) -> Context:
    limit = limit_parameter(request, SHOWN)

    def read(connection: Connection) -> dict[str, Any]:
        held = quarantine.listing(connection, limit=limit)
        return {"held": held, "more": next_limit(len(held), limit)}

    return {**await app_state_of(request).read(read), "done": text_parameter(request, "done")}


async def _decide(request: Request) -> Response:
    """Let something out, or drop it; then redirect to the list."""
    fields = await form_fields(request)
    held, choice = printable(fields.get("id", [""])[0]), fields.get("do", [""])[0]
    if choice not in {"retry", "drop"}:
        raise ApiError(422, "choose to retry or to drop it")
    if not await run_in_threadpool(release if choice == "retry" else drop, app_state_of(request), held):
        raise ApiError(404, "it is not in quarantine")
    return RedirectResponse("/quarantine?" + urlencode({"done": choice}), 303)


PAGE: Final = Page(
    path="/quarantine",
    title="Quarantine",
    template="quarantine.html",
    shows="articles, pages and documents that brought a process down, why, and what is read of them; retry or drop",
    navigation="Quarantine",
    position=55,
    load=_load,
    actions=(Action(method="POST", path="/quarantine", handler=_decide),),
)
