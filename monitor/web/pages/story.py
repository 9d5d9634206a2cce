"""The page of one story, and its form that undoes a wrong join."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import StoryId
from monitor.domain.text import one_line, printable
from monitor.web.api.stories import split_off
from monitor.web.app_state import app_state_of
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page
from workers.analysis.traced_story import traced_story


async def _load(request: Request) -> Context:
    story_id = StoryId(printable(request.path_params["id"]))
    found = await app_state_of(request).read(lambda connection: traced_story(connection, story_id, SYSTEM_CLOCK.now()))
    if found is None:
        raise HTTPException(404, "there is no such story; it may have been deleted by retention")
    return {"title": one_line(found["title"]) or "Story", "story": found}


async def _split(request: Request) -> Response:
    """Split one article, or all that joined by more than equal words, out of the story; then show the first new story."""
    article = printable((await form_fields(request)).get("article", [""])[0])
    story_id = StoryId(printable(request.path_params["id"]))
    done = await run_in_threadpool(split_off, app_state_of(request), story_id, article or None)
    return RedirectResponse(f"/stories/{done[0].story_id}", 303)


PAGE: Final = Page(
    path="/stories/{id}",
    title="Story",
    template="story.html",
    shows="one story: every statement with its relation and the evidence, what developed, its alerts, stories it may be one with; splits a wrong join",
    position=25,
    load=_load,
    actions=(Action(method="POST", path="/stories/{id}/split", handler=_split),),
)
