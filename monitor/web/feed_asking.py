"""Ask feeds for a page or the API: what one poll finds, and whether an address can be added."""

from __future__ import annotations

from typing import Final

import anyio

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import UsageError
from monitor.domain.text import printable
from monitor.fetching.fetcher import Fetcher
from monitor.polling.asked_feed import AskedFeed, ask_feed, feed_of
from monitor.polling.diagnose import Diagnosis, explain_poll
from monitor.polling.poll import FeedPollSettings
from monitor.settings.feeds import FeedSettings
from monitor.web.app_state import AppState
from monitor.web.responses import ApiError

_WITHIN_S: Final = 60.0


async def diagnosis_of(app_state: AppState, url: str) -> Diagnosis:
    """Poll a feed of the list, or any other, once; nothing is stored. Raises ApiError with 422 or 504."""
    settings = app_state.settings
    feed = next((one for one in settings.feeds if one.url == url), None) or _feed_of(url)
    polled = FeedPollSettings(feed=feed, polling=settings.polling, http=settings.http)
    try:
        with anyio.fail_after(_WITHIN_S):
            async with Fetcher(settings.polling, settings.http) as fetcher:
                return await explain_poll(polled, fetcher, app_state.feed_parsers, clock=SYSTEM_CLOCK)
    except TimeoutError as error:
        raise _late(url) from error


async def asked_address(app_state: AppState, url: str) -> AskedFeed:
    """Poll an address once before it is added. Raises ApiError with 422 for one that cannot be read, with 504 for one that takes too long."""
    settings, feed = app_state.settings, _feed_of(url)
    try:
        with anyio.fail_after(_WITHIN_S):
            async with Fetcher(settings.polling, settings.http) as fetcher:
                asked = await ask_feed(url, feed, settings.polling, settings.http, fetcher, app_state.feed_parsers)
    except TimeoutError as error:
        raise _late(url) from error
    if asked.fault:
        raise ApiError(422, printable(f"{url}: {asked.fault}; nothing was written"))
    return asked


def _feed_of(url: str) -> FeedSettings:
    try:
        return feed_of(url)
    except UsageError as error:
        raise ApiError(422, printable(str(error))) from error


def _late(url: str) -> ApiError:
    return ApiError(504, printable(f"{url}: no answer within {_WITHIN_S:g} s; nothing was written"))
