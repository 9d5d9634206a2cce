"""What the links of messages lead to: a page that asks whether to acknowledge or silence, and its form, which does so once.

The signature of a link is the permission, so these pages need no login. Opening one changes nothing: programs that look through messages open them.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.domain.action_link import PATH, ActionLink, LinkAction, LinkSigner
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import printable
from monitor.records import alert_record
from monitor.storage import alerts, link_secrets
from monitor.storage.alerts import AlertFilter, StoredAlert
from monitor.storage.silence_requests import FOR_GOOD, TOMORROW
from monitor.web.access_control import HEADERS
from monitor.web.acting import acknowledge_in, send_on, silence_in
from monitor.web.app_state import AppState, app_state_of
from monitor.web.form_body import form_fields
from monitor.web.login import STYLE, STYLE_HASH
from monitor.web.rendering import SILENCE_LENGTHS, render
from monitor.web.responses import ApiError

_INVALID = "This link is not valid. It may have been cut or changed on its way; nothing was done."
_EXPIRED = "This link has expired; nothing was done. Open the alert on the dashboard instead."
_USED = "This link has been used already; nothing more was done."


async def _ask(request: Request) -> Response:
    app_state = app_state_of(request)
    found = await run_in_threadpool(_look, app_state, request)
    return found if isinstance(found, Response) else _form(found[0], found[1])


async def _act(request: Request) -> Response:
    fields = {name: values[0] for name, values in (await form_fields(request)).items()}
    return await run_in_threadpool(_do, app_state_of(request), request, fields)


async def _unknown(_request: Request) -> Response:
    return _page(404, _INVALID)


def _look(app_state: AppState, request: Request) -> Response | tuple[ActionLink, StoredAlert]:
    """Return what a link allows and its alert, or the page that says why it allows nothing."""
    link = _link(app_state, request)
    if link is None:
        return _page(403, _INVALID)
    if link.expires_at <= SYSTEM_CLOCK.now():
        return _page(410, _EXPIRED)
    with app_state.database.read() as connection:
        if link_secrets.is_used(connection, link.digest):
            return _page(410, _USED)
        found = alerts.listing(connection, AlertFilter(ids=(link.alert_id,)))
    return (link, found[0]) if found else _page(410, "This alert is no longer stored; nothing was done.")


def _link(app_state: AppState, request: Request) -> ActionLink | None:
    with app_state.database.read() as connection:
        key = link_secrets.known_key(connection)
    parts = [printable(request.path_params[name]) for name in ("action", "id", "expires", "signature")]
    return None if key is None else LinkSigner(key=key).read(*parts)


def _do(app_state: AppState, request: Request, fields: dict[str, str]) -> Response:
    found = _look(app_state, request)
    if isinstance(found, Response):
        return found
    link, stored = found
    wanted = silence_of_form(stored, fields) if link.action is LinkAction.SILENCE else None
    done = None
    with app_state.database.write() as connection:
        if not link_secrets.use(connection, link.digest, now=SYSTEM_CLOCK.now(), expires_at=link.expires_at):
            return _page(410, _USED)
        if wanted is None:
            done = acknowledge_in(connection, app_state, link.alert_id, fields.get("by", ""))
        else:
            silence_in(connection, app_state, wanted)
    if done is None:
        return _page(200, f"Silenced {SILENCE_LENGTHS[fields['for']]}. What is held back is told when the silence ends.")
    send_on(app_state, done)
    seen = done.alert.acknowledged
    return _page(200, f"Acknowledged by {seen.by if seen else '?'}.")


def silence_of_form(stored: StoredAlert, fields: dict[str, str]) -> dict[str, str]:
    """Return the silence that the form asks for. Raises ApiError with 422."""
    subjects = _subjects(stored)
    what, length = fields.get("what", ""), fields.get("for", "")
    if what not in subjects or length not in SILENCE_LENGTHS:
        raise ApiError(422, "choose what to silence, and for how long")
    return {what: subjects[what], "until" if length in {TOMORROW, FOR_GOOD} else "for": length}


def _subjects(stored: StoredAlert) -> dict[str, str]:
    story = {"story": str(stored.alert.story_id)} if stored.alert.story_id is not None else {}
    return {**story, "term": stored.alert.term}


def _form(link: ActionLink, stored: StoredAlert) -> Response:
    record = alert_record(stored, SYSTEM_CLOCK.now())
    return _page(200, None, action=link.action, record=record, subjects=_subjects(stored), lengths=SILENCE_LENGTHS)


def _page(status: int, said: str | None, **context: Any) -> Response:
    page = render("_action.html", style=STYLE, said=said, **context)
    policy = HEADERS["content-security-policy"].replace("style-src 'self'", f"style-src 'sha256-{STYLE_HASH}'")
    return HTMLResponse(page, status, {"content-security-policy": policy})


_LINK_PATH: Final = PATH + "{action}/{id}/{expires}/{signature}"
ROUTES: Final = (
    Route(_LINK_PATH, _ask, methods=["GET"]),
    Route(_LINK_PATH, _act, methods=["POST"]),
    Route(PATH + "{rest:path}", _unknown, methods=["GET", "POST"]),
)
