"""Answer requests for the watch list, and change it in the files of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import printable
from monitor.domain.watch import Term
from monitor.records import term_record
from monitor.settings.editing import add_items, change_term, remove_term
from monitor.settings.suggestion import did_you_mean
from monitor.settings.watch_item import WatchItem
from monitor.settings.yaml_change import list_item
from monitor.web.app_state import AppState, app_state_of
from monitor.web.config_edit import edit, plain_keys, version_headers
from monitor.web.draft_preview import BUDGET, DAYS, draft_of, raised_by
from monitor.web.endpoint import Endpoint
from monitor.web.list_response import list_response
from monitor.web.parameters import FORMAT, LIMIT, SINCE, Parameter, limit_parameter, since_parameter, text_parameter
from monitor.web.responses import ApiError, json_of, json_response
from workers.matching.watchlist_check import watchlist_faults

_MAX_LISTED: Final = 1000
SEARCH: Final = Parameter(name="search", about="a part of the name")


async def _list(request: Request) -> Response:
    app_state = app_state_of(request)
    search, limit = (text_parameter(request, "search") or "").lower(), limit_parameter(request, _MAX_LISTED)
    found = [term_record(term) for term in app_state.settings.terms if search in term.name.lower()]
    return list_response(request, found[:limit], await run_in_threadpool(version_headers, app_state))


async def _one(request: Request) -> Response:
    app_state, name = app_state_of(request), _name(request)
    known = {term.name: term for term in app_state.settings.terms}
    if name not in known:
        raise ApiError(404, f"there is no term {name!r}{did_you_mean(name, known)}")
    return json_response(term_record(known[name]), headers=await run_in_threadpool(version_headers, app_state))


async def _add(request: Request) -> Response:
    term, headers = await add_term(request, await json_of(request))
    return json_response(term_record(term), 201, headers)


async def add_term(request: Request, item: Mapping[str, Any]) -> tuple[Term, dict[str, str]]:
    """Write an item of `watch:` into the files; return its term and the headers with their new version. Raises ApiError, and nothing is written."""
    document = plain_keys(item, "term")
    term = draft_of(document)
    items = [(term.name, list_item(document, "name"))]

    def change(app_state: AppState, expected: str | None) -> bool:
        live = app_state.live
        return bool(add_items(live.path, items, live.env, check_terms=watchlist_faults, expected=expected).added)

    added, headers = await edit(request, change)
    if not added:
        raise ApiError(409, f"the term {term.name!r} is on the watch list already; change it with PATCH")
    return term, headers


async def _change(request: Request) -> Response:
    name, keys = _name(request), plain_keys(await json_of(request), "term")
    if not keys:
        raise ApiError(422, "name at least one key of the term to be changed")

    def change(app_state: AppState, expected: str | None) -> None:
        live = app_state.live
        change_term(live.path, name, keys, live.env, check_terms=watchlist_faults, expected=expected)

    _, headers = await edit(request, change)
    return json_response({"changed": str(keys.get("name") or name)}, headers=headers)


async def _remove(request: Request) -> Response:
    name = _name(request)

    def change(app_state: AppState, expected: str | None) -> None:
        remove_term(app_state.live.path, name, app_state.live.env, check_terms=watchlist_faults, expected=expected)

    _, headers = await edit(request, change)
    return Response(status_code=204, headers=headers)


async def _preview(request: Request) -> Response:
    term = draft_of(plain_keys(await json_of(request), "term"))
    now = SYSTEM_CLOCK.now()
    since = since_parameter(request, now) or now - timedelta(days=DAYS)
    app_state = app_state_of(request)
    return json_response(await run_in_threadpool(BUDGET.run, lambda: raised_by(app_state, term, since)))


def _name(request: Request) -> str:
    return printable(request.path_params["name"])


_ITEM: Final = WatchItem
ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/terms",
        handler=_list,
        takes="`search` (part of a name), `limit`, `format`; the watch list, as `watch list --json` prints it",
        query=(SEARCH, LIMIT, FORMAT),
    ),
    Endpoint(
        method="POST",
        path="/api/terms",
        handler=_add,
        takes="an item of `watch:`; writes it into the files, see [Edit the configuration](#edit-the-configuration)",
        body=_ITEM,
        answers=(201,),
    ),
    Endpoint(
        method="POST",
        path="/api/terms/preview",
        handler=_preview,
        takes="an item of `watch:`, `since` (by default 30d); answers what it would have raised: `articles stories per_day samples warnings`",
        query=(SINCE,),
        body=_ITEM,
    ),
    Endpoint(method="GET", path="/api/terms/{name:path}", handler=_one, takes="none; one term"),
    Endpoint(
        method="PATCH",
        path="/api/terms/{name:path}",
        handler=_change,
        takes="keys of the item with their new values, null takes one out; answers `changed`, the name",
        body={"type": "object"},
    ),
    Endpoint(
        method="DELETE",
        path="/api/terms/{name:path}",
        handler=_remove,
        takes="nothing; takes the term out of its file",
        answers=(204,),
    ),
)
