"""The page of stories."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import StoryId
from monitor.domain.story import Story, StoryMember
from monitor.storage import stories
from monitor.storage.engine import Connection
from monitor.web.app_state import app_state_of
from monitor.web.page import Context, Page
from monitor.web.parameters import limit_parameter, next_limit, since_parameter, text_parameter

SHOWN: Final = 50


async def _load(request: Request) -> Context:
    since, limit = since_parameter(request, SYSTEM_CLOCK.now()), limit_parameter(request, SHOWN)

    def read(connection: Connection) -> tuple[tuple[Story, ...], dict[StoryId, tuple[StoryMember, ...]]]:
        found = stories.listing(connection, since=since, limit=limit)
        return found, stories.members(connection, [story.id for story in found])

    found, members = await app_state_of(request).read(read)
    return {"stories": found, "members": members, "more": next_limit(len(found), limit), "since": text_parameter(request, "since")}


PAGE: Final = Page(
    path="/stories",
    title="Stories",
    template="stories.html",
    shows="events in the news, the newest first: how many articles each has, and where they are",
    navigation="Stories",
    position=20,
    load=_load,
)
