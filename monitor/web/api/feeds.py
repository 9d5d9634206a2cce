"""Answer requests for feeds, folders and other sources."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.source import SourceStatus
from monitor.records import source_records
from monitor.settings.editing import add_feed, remove_feed
from monitor.sources.registry import kinds_for
from monitor.web.app_state import AppState, app_state_of
from monitor.web.config_edit import edit, plain_keys
from monitor.web.endpoint import Endpoint
from monitor.web.feed_asking import diagnosis_of
from monitor.web.list_response import list_response
from monitor.web.parameters import FORMAT, LIMIT, Parameter, choice_parameter, limit_parameter, text_parameter
from monitor.web.responses import ApiError, json_of, json_response

URL: Final = Parameter(name="url", about="the address of the feed")
KIND: Final = Parameter(name="kind", about="`feed`, `folder` or that of a plug-in")
STATUS: Final = Parameter(name="status", about="how they are", schema={"type": "string", "enum": list(SourceStatus)})
SEARCH: Final = Parameter(name="search", about="a part of name or address")


async def _list(request: Request) -> Response:
    app_state = app_state_of(request)
    kind = choice_parameter(request, "kind", kinds_for(app_state.settings))
    status, search = choice_parameter(request, "status", SourceStatus), (text_parameter(request, "search") or "").lower()
    limit = limit_parameter(request) if text_parameter(request, "limit") else None
    records = await app_state.read(lambda connection: source_records(connection, app_state.settings, SYSTEM_CLOCK.now()))
    chosen = [
        record
        for record in records
        if kind in {None, record["kind"]}
        and status in {None, record["status"]}
        and search in f"{record['name']} {record['url']}".lower()
    ]
    return list_response(request, chosen[:limit])


async def _add(request: Request) -> Response:
    feed = plain_keys(await json_of(request), "feed")
    if not isinstance(feed.get("url"), str):
        raise ApiError(422, "a feed has a `url`")

    def change(app_state: AppState, expected: str | None) -> bool:
        return bool(add_feed(app_state.live.path, feed, app_state.live.env, expected=expected).added)

    added, headers = await edit(request, change)
    if not added:
        raise ApiError(409, f"{feed['url']} is among the feeds already")
    return json_response({"added": feed["url"]}, 201, headers)


async def _remove(request: Request) -> Response:
    url = text_parameter(request, "url")
    if url is None:
        raise ApiError(422, "`url` is the address of the feed, as it is written in `feeds:`")

    def change(app_state: AppState, expected: str | None) -> None:
        remove_feed(app_state.live.path, url, app_state.live.env, expected=expected)

    _, headers = await edit(request, change)
    return Response(status_code=204, headers=headers)


async def _poll(request: Request) -> Response:
    url = (await json_of(request)).get("url")
    if not isinstance(url, str):
        raise ApiError(422, "`url` is the address of the feed")
    return json_response((await diagnosis_of(app_state_of(request), url)).record())


ENDPOINTS: Final = (
    Endpoint(
        method="POST",
        path="/api/feeds",
        handler=_add,
        takes="an item of `feeds:`; writes it into the files, see [Edit the configuration](#edit-the-configuration); answers `added`",
        body={"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
        answers=(201,),
    ),
    Endpoint(
        method="DELETE",
        path="/api/feeds",
        handler=_remove,
        takes="`url`, as it is written; takes the feed out of its file, its articles stay",
        query=(URL,),
        answers=(204,),
    ),
    Endpoint(
        method="GET",
        path="/api/feeds",
        handler=_list,
        query=(KIND, STATUS, SEARCH, LIMIT, FORMAT),
        takes="`kind` (`feed`, `folder` or that of a plug-in), `status` (`new ok failing broken silent paused gone`), `search` (part of name or address), `limit`; "
        "all sources without a `limit`; `format`",
    ),
    Endpoint(
        method="POST",
        path="/api/feeds/poll",
        handler=_poll,
        takes='`{"url": "…"}`, of the list or not; polls it once, stores nothing, and answers what `news-monitor feeds poll --json` prints',
        body={"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
    ),
)
