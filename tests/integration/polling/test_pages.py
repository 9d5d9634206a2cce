"""Pages without a feed and documents of agencies, polled over HTTP and read in the parser process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from monitor.domain.source import SourceStatus
from monitor.settings.feeds import FeedSettings
from tests.integration.polling.world import PollerHarness, Site, rss
from tests.unit.parse.agency_documents import cap, reference

MakeDesk = Callable[..., Awaitable[PollerHarness]]
SELECT = {"item": "li", "title": "a", "link": "a", "date": "time"}


def _page(*names: str, item: str = "li") -> str:
    listed = (f'<{item}><a href="/{name}">{name}</a><time>2026-03-01</time></{item}>' for name in names)
    return f"<!doctype html><title>Notices</title><ul>{''.join(listed)}</ul>"


async def test_a_page_is_polled_like_a_feed_until_it_is_rebuilt(site: Site, make_harness: MakeDesk) -> None:
    """New items are articles, known ones are not; a page that stops matching is broken with its selector, and well when it matches again."""
    url = site.page("/notices", _page("one", "two"))
    harness = await make_harness(FeedSettings.model_validate({"url": url, "select": SELECT, "every": "1h"}))
    await harness.poll()
    assert sorted(harness.titles(alertable=True)) == ["one", "two"]
    site.page("/notices", _page("three", "one", "two"))
    harness.clock.advance(hours=1)
    await harness.poll()
    assert sorted(harness.titles()) == ["one", "three", "two"]
    assert (harness.feed(url).status, harness.feed(url).name) == (SourceStatus.OK, "Notices")
    site.page("/notices", _page("four", item="div"))
    harness.clock.advance(hours=1)
    await harness.poll()
    assert harness.feed(url).status is SourceStatus.BROKEN
    assert "`item: li`" in (harness.feed(url).reason or "")
    site.page("/notices", _page("four", "three"))
    harness.clock.advance(hours=6)
    await harness.poll()
    assert harness.feed(url).status is SourceStatus.OK
    assert len(harness.titles()) == 4


async def test_new_selectors_apply_to_a_page_that_has_not_changed(site: Site, make_harness: MakeDesk) -> None:
    """What the operator has put right is used at the next poll."""
    url = site.page("/notices", _page("one"))
    wrong = FeedSettings.model_validate({"url": url, "select": {"item": "ul", "title": "time"}, "every": "1h"})
    harness = await make_harness(wrong)
    await harness.poll()
    assert harness.titles() == ["2026-03-01"]
    right = wrong.model_copy(update={"select": FeedSettings.model_validate({"url": url, "select": SELECT}).select})
    harness.poller.configure(harness.settings.model_copy(update={"feeds": (right,)}))
    harness.clock.advance(hours=1)
    await harness.poll()
    assert harness.titles() == ["one"]


async def test_a_feed_of_warnings_with_an_update_and_a_cancellation(site: Site, make_harness: MakeDesk) -> None:
    """A warning that is updated and cancelled is one article, revised each time and scanned each time."""

    def feed(*alerts: str) -> str:
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(f"<entry><id>{hash(one)}</id><content>{one}</content></entry>" for one in alerts)}</feed>'

    alert, update = cap("H1"), cap("H2", kind="Update", references=reference("H1"), hour=9, event="Flash flood")
    cancel = cap("H3", kind="Cancel", references=f"{reference('H1')} {reference('H2', 9)}", hour=10)
    url = site.page("/warnings", feed(alert))
    harness = await make_harness(FeedSettings.model_validate({"url": url, "every": "1h"}))
    await harness.poll()
    for later in ((update, alert), (cancel,)):
        site.page("/warnings", feed(*later))
        harness.clock.advance(hours=1)
        await harness.poll()
    assert harness.titles() == ["Cancelled: Flood warning for the Halden valley"]
    assert len(harness.scans) == 3


async def test_warnings_that_name_only_the_last_message_are_one_article(site: Site, make_harness: MakeDesk) -> None:
    """Each poll shows the newest message alone, with an address of its own; each names what came before it as its format allows."""
    space = 'xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"'

    def feed(number: int, more: str = "") -> str:
        return (
            f'<feed {space}><entry><id>w{number}</id><title>Storm {"!" * number} level {number}</title><link href="/w/{number}"/>'
            f"<updated>2026-03-01T0{number}:00:00Z</updated><cap:event>Storm</cap:event><cap:severity>{'Minor' if number == 1 else 'Extreme'}"
            f"</cap:severity><cap:identifier>S{number}</cap:identifier>{more}</entry></feed>"
        )

    url = site.page("/warnings", feed(1))
    harness = await make_harness(FeedSettings.model_validate({"url": url, "every": "1h"}))
    await harness.poll()
    for number, kind in ((2, "Update"), (3, "Update"), (4, "Cancel")):
        named = f"<cap:msgType>{kind}</cap:msgType><cap:references>{reference(f'S{number - 1}', number)}</cap:references>"
        site.page("/warnings", feed(number, named))
        harness.clock.advance(hours=1)
        await harness.poll()
    assert harness.titles() == ["Storm !!!! level 4"]
    assert len(harness.scans) == 4


async def test_a_page_is_followed_to_the_feed_it_names(site: Site, make_harness: MakeDesk) -> None:
    """The feed is found once and then polled itself; when it fails, it is looked up again."""
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/{}"></head></html>'
    url = site.page("/channel", page.format("feed"))
    site.page("/feed", rss("one"))
    site.page("/moved", rss("one", "two"))
    harness = await make_harness(FeedSettings.model_validate({"url": url, "discover": True, "every": "1h"}))
    await harness.poll()
    harness.clock.advance(hours=1)
    await harness.poll()
    assert (harness.titles(), site.asked("/channel"), site.asked("/feed")) == (["one"], 1, 2)
    site.page("/channel", page.format("moved"))
    site.page("/feed", status=404)
    for _ in range(2):
        harness.clock.advance(hours=6)
        await harness.poll()
    assert sorted(harness.titles()) == ["one", "two"]
    assert harness.feed(url).status is SourceStatus.OK
