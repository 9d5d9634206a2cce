"""The page of feeds, folders and other sources, with their health, and the forms that add, poll and remove feeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.source import SourceStatus
from monitor.domain.text import printable
from monitor.parse.opml import read_opml
from monitor.parse.subscriptions import to_subscriptions
from monitor.records import source_records
from monitor.settings.editing import Addition, add_feeds, remove_feed
from monitor.settings.new_feed import NewFeed
from monitor.web.app_state import AppState, app_state_of
from monitor.web.config_edit import edit
from monitor.web.feed_asking import asked_address, diagnosis_of
from monitor.web.form_body import form_fields, uploaded_file
from monitor.web.page import Action, Context, Page, respond
from monitor.web.parameters import choice_parameter
from monitor.web.responses import ApiError

_ORDER: Final = {
    SourceStatus.FAILING: 0,
    SourceStatus.BROKEN: 1,
    SourceStatus.GONE: 2,
    SourceStatus.SILENT: 3,
    SourceStatus.PAUSED: 4,
    SourceStatus.NEW: 5,
    SourceStatus.OK: 6,
}
_REMARKS: Final = 20


async def _load(request: Request) -> Context:
    app_state = app_state_of(request)
    status = choice_parameter(request, "status", SourceStatus)
    records = await app_state.read(lambda connection: source_records(connection, app_state.settings, SYSTEM_CLOCK.now()))
    shown = [record for record in records if status in {None, record["status"]}]
    return {
        "sources": sorted(shown, key=lambda record: (_ORDER[SourceStatus(record["status"])], record["name"].lower())),
        "counts": {one.value: sum(record["status"] == one for record in records) for one in SourceStatus},
        "status": status,
        **{name: request.query_params.get(name) for name in ("added", "removed", "unreached")},
        "imported": None,
        "url": "",
        "error": None,
        "remarks": (),
        "polled": None,
    }


async def _act(request: Request) -> Response:
    """Add, poll or remove the feed that the form names, then show the list."""
    fields = await form_fields(request)
    url, wanted = printable(fields.get("url", [""])[0]).strip(), fields.get("do", [""])[0]
    if not url:
        return await _refused(request, ApiError(422, "type the address of a feed or of a site, or a name such as telegram:channel"))
    try:
        if wanted == "add":
            return _back(await _add(request, url))
        if wanted == "remove":
            return _back(await _remove(request, url))
        diagnosis = await diagnosis_of(app_state_of(request), url)
        return respond(request, PAGE, {**await _load(request), "polled": {"url": url, "lines": list(diagnosis.lines())}})
    except ApiError as error:
        return await _refused(request, error, url=url)


async def _import(request: Request) -> Response:
    """Add the feeds of an OPML file that was uploaded; those that are there already are left alone."""
    try:
        opml = await run_in_threadpool(read_opml, await uploaded_file(request, "file"))
    except ApiError as error:
        return await _refused(request, error)
    except MonitorError as error:
        return await _refused(request, ApiError(422, printable(str(error))))
    found = to_subscriptions(opml)
    remarks = [printable(str(one)) for one in sorted((*opml.repairs, *found.problems), key=lambda one: one.line)][:_REMARKS]
    if not found.feeds:
        return await _refused(request, ApiError(422, "no feeds in this file"), remarks=remarks)
    feeds = [NewFeed(url=one.url, name=one.title, tags=one.folders) for one in found.feeds]
    try:
        done, _ = await edit(request, _addition_of(feeds))
    except ApiError as error:
        return await _refused(request, error, remarks=remarks)
    return respond(request, PAGE, {**await _load(request), "imported": done, "remarks": remarks})


async def _add(request: Request, url: str) -> dict[str, str]:
    asked = await asked_address(app_state_of(request), url)
    done, _ = await edit(request, _addition_of([NewFeed(url=asked.written)]))
    if not done.added:
        raise ApiError(409, f"{asked.written} is among the feeds already")
    return {"added": asked.written} | ({"unreached": "1"} if asked.unreached else {})


def _addition_of(feeds: list[NewFeed]) -> Callable[[AppState, str | None], Addition]:
    def change(app_state: AppState, _expected: str | None) -> Addition:
        return add_feeds(app_state.live.path, feeds, app_state.live.env)

    return change


async def _remove(request: Request, url: str) -> dict[str, str]:
    def change(app_state: AppState, expected: str | None) -> None:
        remove_feed(app_state.live.path, url, app_state.live.env, expected=expected)

    await edit(request, change)
    return {"removed": url}


async def _refused(request: Request, error: ApiError, **shown: Any) -> Response:
    return respond(request, PAGE, {**await _load(request), "error": error.detail, **shown}, error.status_code)


def _back(done: dict[str, str]) -> Response:
    return RedirectResponse("/feeds?" + urlencode(done), 303)


PAGE: Final = Page(
    path="/feeds",
    title="Feeds",
    template="feeds.html",
    shows="the health of each source, failing ones first: what is wrong, when it was last polled and when it will be next, its interval; "
    "adds a feed or a list of them (OPML), polls one to see what happens, removes one",
    navigation="Feeds",
    position=40,
    load=_load,
    actions=(Action(method="POST", path="/feeds", handler=_act), Action(method="POST", path="/feeds/import", handler=_import)),
)
