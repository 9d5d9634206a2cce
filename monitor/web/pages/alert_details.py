"""The page of one alert, to which messages link, and the forms that acknowledge and silence."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId
from monitor.domain.text import one_line, printable
from monitor.storage import alerts
from monitor.storage.alerts import AlertFilter, StoredAlert
from monitor.web.acting import acknowledge_alert, silence
from monitor.web.action_pages import silence_of_form
from monitor.web.app_state import app_state_of
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page
from monitor.web.story_cards import card_of_alerts


async def _load(request: Request) -> Context:
    stored = await _alert(request)
    return {
        "title": one_line(stored.alert.data["article"]["title"]) or "Alert",
        "card": card_of_alerts([stored], SYSTEM_CLOCK.now()),
    }


async def _acknowledge(request: Request) -> Response:
    """Acknowledge under the name that the form gives, then show the alert."""
    by = (await form_fields(request)).get("by", [""])[0]
    stored = await run_in_threadpool(acknowledge_alert, app_state_of(request), _id(request), by)
    return _back(stored)


async def _silence(request: Request) -> Response:
    """Silence the term or the story of the alert for as long as the form says, then show the alert."""
    fields = {name: values[0] for name, values in (await form_fields(request)).items()}
    stored = await _alert(request)
    wanted = silence_of_form(stored, fields)
    await run_in_threadpool(silence, app_state_of(request), wanted)
    return _back(stored)


async def _alert(request: Request) -> StoredAlert:
    wanted = AlertFilter(ids=(_id(request),))
    found = await app_state_of(request).read(lambda connection: alerts.listing(connection, wanted))
    if not found:
        raise HTTPException(404, "there is no such alert; it may have been deleted by retention")
    return found[0]


def _id(request: Request) -> AlertId:
    return AlertId(printable(request.path_params["id"]))


def _back(stored: StoredAlert) -> Response:
    return RedirectResponse(f"/alerts/{stored.alert.id}", 303)


PAGE: Final = Page(
    path="/alerts/{id}",
    title="Alert",
    template="alert.html",
    shows="one alert: what matched and why, where it was delivered, who has seen it; acknowledges it, silences its term or story",
    position=15,
    load=_load,
    actions=(
        Action(method="POST", path="/alerts/{id}/acknowledge", handler=_acknowledge),
        Action(method="POST", path="/alerts/{id}/silence", handler=_silence),
    ),
)
