"""Feeds polled by the daemon's own code from a server on loopback, stored in a real database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from monitor.domain.feed import FeedStatus
from monitor.settings.feeds import FeedSettings
from tests.integration.polling.world import Desk, Site, rss

MakeDesk = Callable[..., Awaitable[Desk]]


async def test_a_feed_is_read_then_not_changed_then_brings_one_new_entry(site: Site, make_desk: MakeDesk) -> None:
    """First poll, 304, a new entry: one article more, and its scan handed on."""
    body = rss("one", "two")

    async def answer(request: web.Request) -> web.StreamResponse:
        tag = f'"{len(body)}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        return web.Response(text=body, headers={"ETag": tag})

    site.pages["/feed"] = answer
    desk = await make_desk(site.url + "/feed")
    assert await desk.poll() == 1
    assert sorted(desk.titles()) == ["one", "two"]
    assert len(desk.scans) == 2
    desk.clock.forward(hours=6)
    assert await desk.poll() == 1
    assert site.requests[-1].headers["If-None-Match"]
    body = rss("three", "one", "two")
    desk.clock.forward(hours=6)
    await desk.poll()
    assert sorted(desk.titles()) == ["one", "three", "two"]
    assert len(desk.scans) == 3
    assert desk.titles(alertable=True) == ["three"]
    assert desk.feed(site.url + "/feed").status is FeedStatus.OK


async def test_the_operators_interval_is_kept(site: Site, make_desk: MakeDesk) -> None:
    """`every: 5m` means five minutes, whatever the server says about caching."""
    url = site.page("/feed", rss("one"), headers={"Cache-Control": "max-age=3600"})
    desk = await make_desk(FeedSettings.model_validate({"url": url, "every": "5m"}))
    await desk.poll()
    desk.clock.forward(minutes=4, seconds=59)
    assert await desk.poll() == 0
    desk.clock.forward(seconds=1)
    assert await desk.poll() == 1
