"""The page of channels: how they are doing, a test, and the end of a pause."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.text import printable
from monitor.web.api.channels import channel_records, resume, test_channel
from monitor.web.app_state import app_state_of
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page, respond
from monitor.web.parameters import text_parameter
from monitor.web.responses import ApiError


async def _load(request: Request) -> Context:
    resumed = text_parameter(request, "resumed")
    return {"channels": await channel_records(app_state_of(request)), "resumed": resumed, "receipt": None}


async def _act(request: Request) -> Response:
    """Test a channel and show the receipt, or let it send again."""
    fields = await form_fields(request)
    name, wanted = printable(fields.get("name", [""])[0]), fields.get("do", [""])[0]
    if wanted == "test":
        receipt = await test_channel(app_state_of(request), name)
        return respond(request, PAGE, {**await _load(request), "receipt": receipt})
    if wanted != "resume":
        raise ApiError(422, "choose to test or to resume it")
    if not await run_in_threadpool(resume, app_state_of(request), name):
        raise ApiError(404, "this channel has never been used")
    return RedirectResponse("/channels?" + urlencode({"resumed": name}), 303)


PAGE: Final = Page(
    path="/channels",
    title="Channels",
    template="channels.html",
    shows="where alerts go, and whether they arrive: sends a test, lets a paused channel send again",
    navigation="Channels",
    position=45,
    load=_load,
    actions=(Action(method="POST", path="/channels", handler=_act),),
)
