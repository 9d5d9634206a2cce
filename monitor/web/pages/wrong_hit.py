"""The page that proposes how the term of an alert could be changed so that it does not hit there, and its form, which takes one of them."""

from __future__ import annotations

from typing import Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.article import Article
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId, ArticleId
from monitor.domain.text import one_line, printable
from monitor.domain.watch import Term
from monitor.records import source_records
from monitor.storage import alerts, articles
from monitor.storage.alerts import AlertFilter, StoredAlert
from monitor.storage.engine import Connection
from monitor.web.app_state import app_state_of
from monitor.web.config_edit import plain_keys
from monitor.web.draft_preview import BUDGET
from monitor.web.form_body import form_fields
from monitor.web.hit_remedies import Remedies, remedies
from monitor.web.page import Action, Context, Page
from monitor.web.responses import ApiError
from monitor.web.studio import change_keys, files_version, written_term
from monitor.web.term_form import term_path


async def _load(request: Request) -> Context:
    app_state = app_state_of(request)
    stored = await _alert(request)
    term = await written_term(request, stored.alert.term)
    found = None if term is None else await _remedies(request, stored, term)
    return {
        "alert_id": stored.alert.id,
        "name": stored.alert.term,
        "heading": one_line(stored.alert.data["article"]["title"]) or "untitled",
        "term": term,
        "found": found,
        "version": await run_in_threadpool(files_version, app_state),
    }


async def _remedies(request: Request, stored: StoredAlert, term: Term) -> Remedies | None:
    """Return what could be changed; None where the article is no longer stored."""
    app_state = app_state_of(request)

    def read(connection: Connection) -> tuple[tuple[Article, ...], list[str]]:
        found = tuple(articles.load(connection, [ArticleId(stored.alert.data["article"]["id"])]))
        return found, [record["name"] for record in source_records(connection, app_state.settings, SYSTEM_CLOCK.now())]

    found, sources = await app_state.read(read)
    if not found:
        return None
    now = SYSTEM_CLOCK.now()
    return await run_in_threadpool(BUDGET.run, lambda: remedies(app_state, term, found[0], sources, now))


async def _take(request: Request) -> Response:
    """Write the change that was chosen, then show the term; refused with 412 if somebody else has changed the files."""
    fields, stored = await form_fields(request), await _alert(request)
    try:
        keys = orjson.loads(fields.get("keys", [""])[0])
    except orjson.JSONDecodeError as error:
        raise ApiError(422, "choose one of the changes") from error
    if not isinstance(keys, dict) or not keys or not keys.keys() <= {"not", "context", "only"}:
        raise ApiError(422, "choose one of the changes")
    try:
        await change_keys(request, stored.alert.term, plain_keys(keys, "term"), fields.get("version", [""])[0])
    except ApiError as error:
        if error.status_code != 412:
            raise
        message = "somebody else has saved a change of the configuration since you opened that page, so yours was not saved; go back and reload it"
        raise ApiError(412, message) from error
    return RedirectResponse(f"{term_path(stored.alert.term)}?saved=1", 303)


async def _alert(request: Request) -> StoredAlert:
    wanted = AlertFilter(ids=(AlertId(printable(request.path_params["id"])),))
    found = await app_state_of(request).read(lambda connection: alerts.listing(connection, wanted))
    if not found:
        raise HTTPException(404, "there is no such alert; it may have been deleted by retention")
    return found[0]


PAGE: Final = Page(
    path="/alerts/{id}/wrong",
    title="Wrong hit",
    template="wrong_hit.html",
    shows="the smallest changes of a term that keep it from hitting where it was wrong: a phrase around the hit, a word near it, its source; "
    "what each would have raised in the last 30 days, before and after; takes one",
    position=16,
    load=_load,
    actions=(Action(method="POST", path="/alerts/{id}/wrong", handler=_take),),
)
