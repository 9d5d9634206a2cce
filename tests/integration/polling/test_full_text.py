"""Article pages read for workers: in turn, in time, and never from our own network unless the feed is there too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from monitor.daemon.parser_client import ParserPool
from monitor.fetching.article_reader import ArticlePage, ArticleReader, Unread
from monitor.parse.result import ExtractedArticle
from tests.integration.polling.world import PollerHarness, Site

MakeDesk = Callable[..., Awaitable[PollerHarness]]
TEXT = "".join(
    f"<p>The crossing was opened on day {number}, and lorries went through before noon, officials said.</p>" for number in range(9)
)


def reader(harness: PollerHarness, pages: ParserPool) -> ArticleReader:
    """A worker's reader with the settings of the harness."""
    return ArticleReader(harness.database, harness.settings, pages, clock=harness.clock)


async def test_an_article_on_the_feeds_own_site_is_read(site: Site, make_harness: MakeDesk, pages: ParserPool) -> None:
    """The page behind the link comes back as text, asked for with the feed's own headers."""
    harness = await make_harness(site.url + "/feed")
    url = site.page("/article", f"<html><body><article>{TEXT}</article></body></html>", headers={"Content-Type": "text/html"})
    found = await reader(harness, pages).read_async(ArticlePage(url=url, feed_url=site.url + "/feed"), deadline_s=5)
    assert isinstance(found, ExtractedArticle)
    assert "day 8" in found.text


async def test_a_link_into_our_own_network_is_not_followed(site: Site, make_harness: MakeDesk, pages: ParserPool) -> None:
    """A public feed cannot make us read a private page."""
    harness = await make_harness("https://public.example/feed")
    url = site.page("/secret", TEXT)
    found = await reader(harness, pages).read_async(ArticlePage(url=url, feed_url="https://public.example/feed"), deadline_s=5)
    assert isinstance(found, Unread)
    assert "private network" in found.reason
    assert not found.again
    assert site.requests == []


async def test_a_slow_page_is_given_up_at_the_deadline_and_worth_another_try(
    site: Site, make_harness: MakeDesk, pages: ParserPool
) -> None:
    """The alert does not wait for a page: the summary is matched instead."""
    release = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response(text=TEXT)

    site.pages["/slow"] = slow
    harness = await make_harness(site.url + "/feed", timeout="100s")
    async with asyncio.timeout(20):  # the page answers only afterwards
        found = await reader(harness, pages).read_async(
            ArticlePage(url=site.url + "/slow", feed_url=site.url + "/feed"), deadline_s=0.3
        )
    release.set()
    assert isinstance(found, Unread)
    assert found.again


async def test_a_host_that_is_busy_is_not_waited_for_too_long(site: Site, make_harness: MakeDesk, pages: ParserPool) -> None:
    """Hundred links to one host in a second: those whose turn would come after the deadline are left for later."""
    harness = await make_harness(site.url + "/feed", host_gap="10s")
    url = site.page("/article", TEXT, headers={"Content-Type": "text/html"})
    waiting = reader(harness, pages)
    first = await waiting.read_async(ArticlePage(url=url, feed_url=site.url + "/feed"), deadline_s=1)
    second = await waiting.read_async(ArticlePage(url=url, feed_url=site.url + "/feed"), deadline_s=1)
    assert isinstance(first, ExtractedArticle)
    assert second == Unread(reason="its host is busy", again=True, busy=True)
    assert len(site.requests) == 1


async def test_pictures_and_mail_addresses_are_no_articles(site: Site, make_harness: MakeDesk, pages: ParserPool) -> None:
    """A link to something else than a page is named as such."""
    harness = await make_harness(site.url + "/feed")
    url = site.page("/picture", b"\x89PNG", headers={"Content-Type": "image/png"})
    for link, reason in ((url, "other than a web page"), ("mailto:a@b.example", "no web address")):
        found = await reader(harness, pages).read_async(ArticlePage(url=link, feed_url=site.url + "/feed"), deadline_s=5)
        assert isinstance(found, Unread)
        assert reason in found.reason


async def test_all_pages_of_an_article_are_read(site: Site, make_harness: MakeDesk, pages: ParserPool) -> None:
    """Each link to the next page is followed, in turn, within the deadline."""
    harness = await make_harness(site.url + "/feed")
    for number in (1, 2, 3):
        more = f'<a rel="next" href="/story?page={number + 1}">Next</a>' if number < 3 else ""
        text = TEXT.replace("on day", f"in week {number} on day")
        site.pages[f"/story/{number}"] = _page(f"<article>{text}</article>{more}")

    async def answer(request: web.Request) -> web.StreamResponse:
        return await site.pages[f"/story/{request.query.get('page', '1')}"](request)

    site.pages["/story"] = answer
    found = await reader(harness, pages).read_async(
        ArticlePage(url=site.url + "/story", feed_url=site.url + "/feed"), deadline_s=20
    )
    assert isinstance(found, ExtractedArticle)
    assert [f"in week {number} on day 8" in found.text for number in (1, 2, 3)] == [True] * 3


async def test_a_host_that_is_asked_too_often_is_left_alone(site: Site, make_harness: MakeDesk, pages: ParserPool) -> None:
    """One page is refused; the others wait for their turn, which is no failed try."""
    harness = await make_harness(site.url + "/feed")
    url = site.page("/article", status=429, headers={"Retry-After": "120"})
    waiting = reader(harness, pages)
    first, second = [await waiting.read_async(ArticlePage(url=url, feed_url=site.url + "/feed"), deadline_s=2) for _ in range(2)]
    assert (isinstance(first, Unread), isinstance(second, Unread)) == (True, True)
    assert second == Unread(reason="its host is busy", again=True, busy=True)
    assert len(site.requests) == 1
    harness.clock.advance(seconds=121)
    site.page("/article", TEXT, headers={"Content-Type": "text/html"})
    third = await waiting.read_async(ArticlePage(url=url, feed_url=site.url + "/feed"), deadline_s=5)
    assert isinstance(third, ExtractedArticle)


def _page(body: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Answers with a page."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=f"<html><body>{body}</body></html>", content_type="text/html")

    return answer
