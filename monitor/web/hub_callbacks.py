"""Answer hubs (WebSub) below the path of `websub.public_url`, before anybody is asked for a token: they can have none.

What is at the end of an address is known to one hub alone; anything else is not found. Sizes, rates and the number at once are bounded.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.freshness import AgeLimits
from monitor.domain.hub_subscription import HubState
from monitor.logs import get_logger
from monitor.polling.hub_push import HubPush, answer_question, find_subscription, is_signed, read_push, store_push
from monitor.relay import hand_over
from monitor.settings.model import Settings
from monitor.storage.hub_subscriptions import SubscribedFeed
from monitor.web.app_state import AppState
from monitor.web.responses import ApiError, body_of

AT_ONCE: Final = 4
"""So many bodies are read at once; what else comes is put off."""
PER_MINUTE: Final = 600
_TOKEN: Final = re.compile(r"[0-9a-f]{48}")
_LATER: Final = {"retry-after": "30"}


class HubCallbacks:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        self._app = app
        self._state = state
        self._places = asyncio.Semaphore(AT_ONCE)
        self._asked: deque[datetime] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a hub; pass on what comes to any other address."""
        token = self._token(scope) if scope["type"] == "http" else None
        if token is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await self._answer(Request(scope, receive), token)
        except HTTPException as error:
            response = PlainTextResponse(error.detail, error.status_code, error.headers)
        except MonitorError:
            response = PlainTextResponse("the database cannot be used now", 503, _LATER)
        await response(scope, receive, send)

    def _token(self, scope: Scope) -> str | None:
        websub = self._state.settings.websub
        before, _, token = str(scope["path"]).rpartition("/")
        if websub is None or before != urlsplit(websub.public_url).path.rstrip("/"):
            return None
        return token if _TOKEN.fullmatch(token) else None

    async def _answer(self, request: Request, token: str) -> Response:
        self._count(SYSTEM_CLOCK.now())
        feed = await run_in_threadpool(find_subscription, self._state.database, token)
        if feed is None:
            raise ApiError(404, "nobody waits at this address")
        if request.method == "GET":
            return await self._question(request, feed)
        if request.method != "POST":
            raise ApiError(405, "a hub sends GET and POST", headers={"allow": "GET, POST"})
        if feed.subscription.state is HubState.ENDING:
            raise ApiError(410, "this subscription has ended")
        return await self._push(request, feed)

    def _count(self, now: datetime) -> None:
        while self._asked and self._asked[0] < now - timedelta(minutes=1):
            self._asked.popleft()
        if len(self._asked) >= PER_MINUTE:
            raise ApiError(429, "too many at once", headers=_LATER)
        self._asked.append(now)

    async def _question(self, request: Request, feed: SubscribedFeed) -> Response:
        asked = dict(request.query_params)
        answer = await run_in_threadpool(answer_question, self._state.database, feed.subscription, asked, SYSTEM_CLOCK.now())
        if answer is None:
            raise ApiError(404, "this is not what we have asked for")
        return PlainTextResponse(answer, headers={"x-content-type-options": "nosniff"})

    async def _push(self, request: Request, feed: SubscribedFeed) -> Response:
        if self._places.locked():
            raise ApiError(503, "others are being read just now", headers=_LATER)
        async with self._places:
            settings = self._state.settings
            headers = {name.lower(): value for name, value in request.headers.items()}
            push = HubPush(body=await body_of(request, settings.polling.max_body), headers=headers)
            if not is_signed(feed.subscription, push):
                get_logger().warning("hub.refused", feed=feed.subscription.feed_url, hub=feed.subscription.hub)
                raise ApiError(403, "the signature is missing or wrong")
            await self._store(feed, push, settings)
        return Response(status_code=204)

    async def _store(self, feed: SubscribedFeed, push: HubPush, settings: Settings) -> None:
        configured = next((one for one in settings.feeds if one.url == feed.subscription.feed_url), None)
        if configured is None or not feed.id:
            raise ApiError(410, "this feed is no longer read")
        state, now = self._state, SYSTEM_CLOCK.now()
        read = await read_push(feed, push, configured, state.feed_parsers, now)
        limits = AgeLimits(backfill=settings.backfill, max_age=settings.max_age)
        scans = await run_in_threadpool(store_push, state.database, feed, read, limits, now)
        await run_in_threadpool(partial(hand_over, state.database, state.relay, scans, now))
