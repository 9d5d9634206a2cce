"""Feeds polled by the daemon's own code from a server on loopback, stored in a real database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

from aiohttp import web
from sqlalchemy import event

from monitor.domain.source import SourceStatus
from monitor.settings.feeds import FeedSettings
from tests.growth import FLOOR_S, longest_stretch
from tests.integration.polling.world import PollerHarness, Site, rss

MakeDesk = Callable[..., Awaitable[PollerHarness]]


async def test_a_feed_is_read_then_not_changed_then_brings_one_new_entry(site: Site, make_harness: MakeDesk) -> None:
    """First poll, 304, a new entry: one article more, and its scan handed on."""
    body = rss("one", "two")

    async def answer(request: web.Request) -> web.StreamResponse:
        tag = f'"{len(body)}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        return web.Response(text=body, headers={"ETag": tag})

    site.pages["/feed"] = answer
    harness = await make_harness(site.url + "/feed")
    assert await harness.poll() == 1
    assert sorted(harness.titles()) == ["one", "two"]
    assert len(harness.scans) == 2
    harness.clock.advance(hours=6)
    assert await harness.poll() == 1
    assert site.requests[-1].headers["If-None-Match"]
    body = rss("three", "one", "two")
    harness.clock.advance(hours=6)
    await harness.poll()
    assert sorted(harness.titles()) == ["one", "three", "two"]
    assert len(harness.scans) == 3
    assert harness.titles(alertable=True) == ["three"]
    assert harness.feed(site.url + "/feed").status is SourceStatus.OK


async def test_the_operators_interval_is_kept(site: Site, make_harness: MakeDesk) -> None:
    """`every: 5m` means five minutes, whatever the server says about caching."""
    url = site.page("/feed", rss("one"), headers={"Cache-Control": "max-age=3600"})
    harness = await make_harness(FeedSettings.model_validate({"url": url, "every": "5m"}))
    await harness.poll()
    harness.clock.advance(minutes=4, seconds=59)
    assert await harness.poll() == 0
    harness.clock.advance(seconds=1)
    assert await harness.poll() == 1


async def test_what_a_feed_already_holds_alerts_only_if_it_is_recent(site: Site, make_harness: MakeDesk) -> None:
    """At the first fetch: within `backfill` yes, older or undated no; afterwards all but what is older than `max_age` by its own date."""

    def entry(name: str, date: str = "") -> str:
        return f"<item><title>{name}</title><guid>{name}</guid>{date and f'<pubDate>{date}</pubDate>'}</item>"

    first = [
        entry("recent", "Sun, 01 Mar 2026 10:00:00 GMT"),
        entry("yesterday", "Sat, 28 Feb 2026 12:30:00 GMT"),
        entry("old", "Sat, 28 Feb 2026 11:00:00 GMT"),
        entry("undated"),
    ]
    url = site.page("/feed", f"<rss version='2.0'><channel>{''.join(first)}</channel></rss>")
    harness = await make_harness(url)
    await harness.poll()
    assert sorted(harness.titles(alertable=True)) == ["recent", "yesterday"]
    assert sorted(harness.titles(alertable=False)) == ["old", "undated"]
    later = [
        entry("archive", "Sun, 01 Mar 2020 10:00:00 GMT"),
        entry("late", "Fri, 27 Feb 2026 12:00:00 GMT"),
        entry("undated too"),
        *first,
    ]
    site.page("/feed", f"<rss version='2.0'><channel>{''.join(later)}</channel></rss>")
    harness.clock.advance(hours=6)
    await harness.poll()
    assert sorted(harness.titles(alertable=True)) == ["late", "recent", "undated too", "yesterday"]
    assert sorted(harness.titles(alertable=False)) == ["archive", "old", "undated"]


async def test_the_first_fetch_is_the_first_with_entries(site: Site, make_harness: MakeDesk) -> None:
    """An empty document and one that cannot be read are no first fetch; what has no date at the first is told in the health list, for a day."""
    url = site.page("/feed", rss())
    harness = await make_harness(FeedSettings.model_validate({"url": url, "every": "1h"}))
    await harness.poll()
    assert harness.feed(url).status is SourceStatus.OK
    ahead = "<item><title>tomorrow</title><guid>tomorrow</guid><pubDate>Sun, 01 Mar 2037 10:00:00 GMT</pubDate></item>"
    site.page("/feed", rss("one", "two", extra=ahead))
    harness.clock.advance(hours=6)
    await harness.poll()
    assert sorted(harness.titles(alertable=False)) == ["one", "tomorrow", "two"]
    told = "first fetch: 2 entries without a date and 1 entry dated in the future raise no alerts"
    assert (harness.feed(url).status, harness.feed(url).reason) == (SourceStatus.OK, told)
    site.page("/feed", rss("three", "one", "two"))
    harness.clock.advance(hours=6)
    await harness.poll()
    assert harness.titles(alertable=True) == ["three"]
    assert harness.feed(url).reason == told
    harness.clock.advance(hours=24)
    await harness.poll()
    assert harness.feed(url).reason is None


async def test_a_feed_that_fails_at_first_still_has_its_first_fetch_before_it(site: Site, make_harness: MakeDesk) -> None:
    """Failing polls are not the first fetch: when it comes, old entries are still old."""
    site.page("/feed", status=500)
    harness = await make_harness(site.url + "/feed")
    await harness.poll()
    site.page("/feed", rss("undated"))
    harness.clock.advance(hours=6)
    await harness.poll()
    assert harness.titles(alertable=False) == ["undated"]


async def test_an_unchanged_body_is_not_parsed_again(site: Site, make_harness: MakeDesk) -> None:
    """A server without conditional requests costs a hash, not a parse: the entries are not even looked at."""
    url = site.page("/feed", rss("one"))
    harness = await make_harness(url)
    await harness.poll()
    site_requests = len(site.requests)
    harness.clock.advance(hours=6)
    await harness.poll()
    assert len(site.requests) == site_requests + 1
    assert harness.feed(url).status is SourceStatus.OK
    assert len(harness.scans) == 1


async def test_an_entry_that_changes_is_a_new_revision_and_one_that_does_not_is_not_looked_up(
    site: Site, make_harness: MakeDesk
) -> None:
    """Among known entries the one whose title was edited is stored and scanned again, and one that comes back after it had left is still known."""
    url = site.page("/feed", rss("one", "two", "three"))
    harness = await make_harness(url)
    await harness.poll()
    edited = rss("one", "two", "three").replace("<title>two</title>", "<title>two, corrected</title>")
    site.page("/feed", edited)
    harness.clock.advance(hours=6)
    await harness.poll()
    assert harness.titles() == ["one", "two, corrected", "three"]
    assert len(harness.scans) == 4
    site.page("/feed", rss("three"))
    harness.clock.advance(hours=6)
    await harness.poll()
    site.page("/feed", rss("one", "three"))
    harness.clock.advance(hours=6)
    await harness.poll()
    assert len(harness.scans) == 4


async def test_a_server_that_says_too_fast_is_left_alone_until_then(site: Site, make_harness: MakeDesk) -> None:
    """`Retry-After` in seconds and as a date, with 429 and 503."""
    date = "Sun, 01 Mar 2026 12:30:00 GMT"
    urls = {
        site.page("/a", status=429, headers={"Retry-After": "1800"}): 1800,
        site.page("/b", status=503, headers={"Retry-After": date}): 1800,
        site.page("/c", status=429): 300,
    }
    harness = await make_harness(*urls)
    await harness.poll()
    for url, seconds in urls.items():
        feed = harness.feed(url)
        assert feed.next_poll_at is not None
        assert seconds <= (feed.next_poll_at - harness.clock.now()).total_seconds() <= seconds * 1.1, url
    harness.clock.advance(seconds=1799)
    await harness.poll()
    assert (site.asked("/a"), site.asked("/b")) == (1, 1)


async def test_a_feed_that_is_gone_is_never_asked_again(site: Site, make_harness: MakeDesk) -> None:
    """410: the health list says so, and no request follows."""
    url = site.page("/feed", status=410)
    harness = await make_harness(url)
    await harness.poll()
    harness.clock.advance(days=30)
    assert await harness.poll() == 0
    assert harness.feed(url).status is SourceStatus.GONE
    assert "gone for good" in (harness.feed(url).reason or "")


async def test_a_feed_that_moved_is_asked_at_its_new_place(site: Site, make_harness: MakeDesk) -> None:
    """After three permanent redirects the old address is spared; its articles stay with the configured feed."""
    site.page("/new", rss("one"))
    url = site.page("/old", status=301, headers={"Location": "/new"})
    harness = await make_harness(url)
    for _ in range(5):
        await harness.poll()
        harness.clock.advance(hours=6)
    assert (site.asked("/old"), site.asked("/new")) == (3, 5)
    feed = harness.feed(url)
    assert (feed.status, feed.moved_to, feed.articles) == (SourceStatus.OK, site.url + "/new", 1)


async def test_a_web_page_in_place_of_a_feed_names_the_feed(site: Site, make_harness: MakeDesk) -> None:
    """The reason holds the address to put into the configuration."""
    url = site.page(
        "/",
        "<!doctype html><html><head><link rel='alternate' type='application/rss+xml' href='/rss.xml'></head><body>News</body></html>",
        headers={"Content-Type": "text/html"},
    )
    harness = await make_harness(url)
    await harness.poll()
    assert site.url + "/rss.xml" in (harness.feed(url).reason or "")


async def test_the_host_gap_spaces_the_feeds_of_one_host(site: Site, make_harness: MakeDesk) -> None:
    """Two feeds of one host are never asked within the gap."""
    urls = [site.page(f"/{name}", rss(name)) for name in ("a", "b", "c")]
    harness = await make_harness(*urls, host_gap="1s")
    assert await harness.poll() == 1
    harness.clock.advance(milliseconds=900)
    assert await harness.poll() == 0
    harness.clock.advance(milliseconds=100)
    assert await harness.poll() == 1


async def test_a_sitemap_index_is_read_through_its_sitemaps(site: Site, make_harness: MakeDesk) -> None:
    """The entries come from the sitemaps that the index names; an unchanged index does not hide a changed sitemap."""
    head = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"

    def sitemap(*titles: str) -> str:
        news = "<news:publication_date>2026-03-01T10:00:00Z</news:publication_date>"
        urls = (
            f"<url><loc>https://n.example/{t}</loc><news:news>{news}<news:title>{t}</news:title></news:news></url>" for t in titles
        )
        return f"<?xml version='1.0'?><urlset {head}>{''.join(urls)}</urlset>"

    xml = {"Content-Type": "application/xml"}
    child = site.page("/news.xml", sitemap("one"), headers=xml)
    index = f"<?xml version='1.0'?><sitemapindex {head}><sitemap><loc>{child}</loc></sitemap></sitemapindex>"
    url = site.page("/index.xml", index, headers={**xml, "ETag": '"same"'})
    harness = await make_harness(url)
    await harness.poll()
    assert harness.titles() == ["one"]
    site.page("/news.xml", sitemap("two", "one"), headers=xml)
    harness.clock.advance(hours=6)
    await harness.poll()
    assert harness.titles() == ["one", "two"]


async def test_parsing_a_large_feed_does_not_hold_up_the_loop(site: Site, make_harness: MakeDesk) -> None:
    """However many entries are parsed and stored, the loop's own thread works no longer at a stretch, and never on the database."""
    url = site.page("/feed", rss(*(f"entry number {number}" for number in range(500))))
    harness = await make_harness(url)
    here, threads = threading.get_ident(), set[int]()
    event.listen(harness.database.engine, "before_cursor_execute", lambda *_: threads.add(threading.get_ident()))
    few = max(FLOOR_S, await longest_stretch(harness.poll))
    site.page("/feed", rss(*(f"further entry number {number}" for number in range(2000))))
    harness.clock.advance(hours=6)
    many = await longest_stretch(harness.poll)
    assert many < 3 * few
    assert threads
    assert here not in threads
    assert len(harness.titles()) == 2500


async def test_a_very_long_document_does_not_keep_others_from_writing(site: Site, make_harness: MakeDesk) -> None:
    """Its entries are stored in several transactions, all of them, each once; the feed's own state comes with the last."""
    harness = await make_harness(site.page("/feed", rss(*(f"entry number {number}" for number in range(1300)))))
    transactions: list[list[str]] = [[]]
    event.listen(harness.database.engine, "before_cursor_execute", lambda _c, _u, statement, *_: transactions[-1].append(statement))
    event.listen(harness.database.engine, "commit", lambda _: transactions.append([]))
    await harness.poll()
    writing = [any(one.startswith("INSERT INTO articles") for one in statements) for statements in transactions]
    finishing = [any("last_success_at=" in one for one in statements) for statements in transactions]
    assert writing.count(True) == 3
    assert [number for number, yes in enumerate(finishing) if yes] == [max(n for n, yes in enumerate(writing) if yes)]
    assert len(set(harness.titles())) == len(harness.titles()) == len(harness.scans) == 1300
    harness.clock.advance(hours=6)
    await harness.poll()
    assert len(harness.scans) == 1300


async def test_a_poller_that_is_closed_leaves_its_feeds_due(site: Site, make_harness: MakeDesk) -> None:
    """A shutdown in the middle of a poll: the next start polls at once."""
    release, asked = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        asked.set()
        await release.wait()
        return web.Response(text=rss("one"))

    site.pages["/feed"] = slow
    harness = await make_harness(site.url + "/feed")
    await harness.poller.tick()
    await asyncio.wait_for(asked.wait(), 5)
    await harness.poller.close()
    release.set()
    assert await harness.poll() == 1
    assert harness.titles() == ["one"]
