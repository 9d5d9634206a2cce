"""Answer requests for stories, and split them."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import StoryId
from monitor.domain.text import printable
from monitor.records import story_record
from monitor.relay import hand_over
from monitor.storage import stories
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.list_response import page_response
from monitor.web.parameters import FILTERS, PAGING, cursor_after, limit_parameter, list_filter
from monitor.web.responses import ApiError, json_of, json_response
from workers.analysis.traced_story import traced_story
from workers.scanning.split_story import NotSplit, Split, split_by_hand, split_record


async def _list(request: Request) -> Response:
    wanted, limit = list_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request)
    found = await app_state_of(request).read(lambda connection: stories.filtered(connection, wanted, limit=limit + 1))
    now = SYSTEM_CLOCK.now()
    return page_response(
        request, found, limit, lambda one: story_record(one, now), lambda one: cursor_after(one.last_article_at, one.id)
    )


async def _one(request: Request) -> Response:
    story_id = _id(request)
    found = await app_state_of(request).read(lambda connection: traced_story(connection, story_id, SYSTEM_CLOCK.now()))
    if found is None:
        raise HTTPException(404, "there is no such story; it may have been deleted by retention")
    return json_response(found)


async def _split(request: Request) -> Response:
    document = await json_of(request)
    article = document.get("article")
    if set(document) - {"article"} or not (article is None or isinstance(article, str)):
        raise ApiError(422, 'expected {"article": "…"} with the id of an article of the story, or {}')
    done = await run_in_threadpool(split_off, app_state_of(request), _id(request), printable(article) if article else None)
    return json_response({"split": [split_record(one) for one in done]})


def split_off(app_state: AppState, story_id: StoryId, article: str | None) -> tuple[Split, ...]:
    """Split an article out of a story, or (None) each that joined it by more than equal words, and have it scanned at once. Blocks.

    Raises ApiError with 404 or 409 if there is nothing to split.
    """
    now = SYSTEM_CLOCK.now()
    with app_state.database.write() as connection:
        done = split_by_hand(connection, article or story_id, now=now, within=story_id)
    if isinstance(done, NotSplit):
        raise ApiError(404 if done.unknown else 409, done.reason)
    hand_over(app_state.database, app_state.relay, [scan for one in done for scan in one.scans], now)
    return done


def _id(request: Request) -> StoryId:
    return StoryId(printable(request.path_params["id"]))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/stories",
        handler=_list,
        takes="[filters](#lists), `limit`, `cursor`, `format`",
        query=(*FILTERS, *PAGING),
    ),
    Endpoint(
        method="GET",
        path="/api/stories/{id}",
        handler=_one,
        takes="none; the story with its `statements` (each with its `relation` and evidence), `alerts`, and the stories it is `maybe` one with",
    ),
    Endpoint(
        method="POST",
        path="/api/stories/{id}/split",
        handler=_split,
        body={"type": "object", "properties": {"article": {"type": "string"}}, "additionalProperties": False},
        takes='`{"article": "…"}`, or `{}` for each article that joined by more than equal words; see [A wrong join](stories.md#a-wrong-join)',
    ),
)
