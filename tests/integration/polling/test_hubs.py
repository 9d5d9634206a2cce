"""Feeds with a hub over time: asked for, confirmed, renewed, quiet, ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from monitor.daemon.parser_client import ParserPool
from monitor.domain.freshness import AgeLimits
from monitor.domain.hub_subscription import HubState, HubSubscription
from monitor.domain.virtual_clock import VirtualClock
from monitor.fetching.fetcher import Fetcher
from monitor.polling.feed_kind import feed_health
from monitor.polling.hub_push import HubPush, answer_question, find_subscription, read_push, store_push
from monitor.polling.hub_subscriber import HubSubscriber
from monitor.polling.poller import Poller, PollerResources
from monitor.settings.feeds import FeedSettings, PollingSettings, WebSubSettings
from monitor.settings.model import Settings
from monitor.sources.source import HealthRequest
from monitor.storage import feeds, hub_subscriptions
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.integration.polling.world import START, PollerHarness, Site

LIMITS = AgeLimits(backfill=timedelta(days=1), max_age=timedelta(days=3))


class Pushed:
    """A feed of a site with a hub, and a poller that subscribes."""

    def __init__(self, site: Site, harness: PollerHarness, hubs: HubSubscriber, parser: ParserPool) -> None:
        self._site = site
        self._harness = harness
        self._hubs = hubs
        self._parser = parser
        self.clock = harness.clock
        self.forms: list[dict[str, str]] = []
        self.items: list[str] = []
        self.url = f"{site.url}/feed"
        site.pages["/feed"] = self._feed
        site.pages["/hub"] = self._hub

    async def _feed(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text=self.document(self.items), headers={"Link": '</hub>; rel="hub"'})

    async def _hub(self, request: web.Request) -> web.StreamResponse:
        self.forms.append(dict(parse_qsl((await request.read()).decode())))
        return web.Response(status=202)

    def document(self, items: Sequence[str]) -> str:
        """An RSS document of these items."""
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title>{''.join(items)}</channel></rss>"

    def item(self, title: str) -> str:
        """An item of this moment."""
        return f"<item><title>{title}</title><guid>{title}</guid><pubDate>{format_datetime(self.clock.now())}</pubDate></item>"

    @property
    def subscription(self) -> HubSubscription | None:
        """As it is stored."""
        with self._harness.database.read() as connection:
            return hub_subscriptions.every(connection).get(self.url)

    async def poll(self, *, after: timedelta = timedelta()) -> None:
        """Let time pass, then do what is due: first the hubs, then the feeds."""
        self.clock.advance(seconds=after.total_seconds())
        await self._hubs.tick()
        await self._harness.poll()
        await self._hubs.tick()

    def confirm(self, lease_s: int) -> str | None:
        """Ask as the hub does."""
        form, one = self.forms[-1], self.subscription
        assert one is not None
        asked = {
            **{name: form[name] for name in ("hub.mode", "hub.topic")},
            "hub.challenge": "c1",
            "hub.lease_seconds": str(lease_s),
        }
        return answer_question(self._harness.database, one, asked, self.clock.now())

    async def push(self, *items: str) -> None:
        """Bring items as the hub does."""
        one, database = self.subscription, self._harness.database
        assert one is not None
        feed = find_subscription(database, one.token)
        assert feed is not None
        sent = HubPush(body=self.document(items).encode(), headers={"content-type": "application/rss+xml"})
        read = await read_push(feed, sent, FeedSettings(url=self.url), self._parser, self.clock.now())
        self._harness.scans.extend(store_push(database, feed, read, LIMITS, self.clock.now()))

    def health(self) -> str | None:
        """What the health list says of it."""
        request = HealthRequest(settings=self._harness.settings, now=self.clock.now())
        with self._harness.database.read() as connection:
            return feed_health(connection, request)[0].reason

    def wait(self) -> timedelta:
        """How long until the next poll."""
        found = self._harness.feed(self.url).next_poll_at
        assert found is not None
        return found - self.clock.now()

    def titles(self) -> list[str]:
        """What is stored."""
        return self._harness.titles()

    def forget_feed(self) -> None:
        """Take it out of the configuration."""
        self._hubs.configure(self._harness.settings.model_copy(update={"listed_feeds": (), "feeds": ()}))


@pytest.fixture
async def pushed(site: Site, parser: ParserPool, tmp_path: Path) -> AsyncIterator[Pushed]:
    """A feed with a hub."""
    settings = Settings(
        feeds=(FeedSettings(url=f"{site.url}/feed"),),
        polling=PollingSettings.model_validate({"host_gap": "0s"}),
        websub=WebSubSettings(public_url="https://us.example/websub"),
    )
    database, clock, scans = Database(sqlite_url(tmp_path / "news.db")), VirtualClock(START), list[str]()
    with database.write() as connection:
        metadata.create_all(connection)
        feeds.sync(connection, settings.feeds, clock.now())
    async with Fetcher(settings.polling, settings.http, clock=clock) as fetcher:
        hubs = HubSubscriber(database, fetcher, clock=clock)
        hubs.configure(settings)
        resources = PollerResources(database=database, fetcher=fetcher, parse=parser, hubs=hubs)
        poller = Poller(resources, settings, on_stored=scans.extend, clock=clock, random_jitter=lambda: 0.5)
        yield Pushed(
            site, PollerHarness(database=database, poller=poller, clock=clock, settings=settings, scans=scans), hubs, parser
        )
        await poller.close()
    database.close()


async def test_a_subscription_is_confirmed_renewed_and_ended(pushed: Pushed) -> None:
    """Asked for once, confirmed by the hub's question, renewed before it ends, ended with the feed."""
    pushed.items = [pushed.item("one")]
    await pushed.poll()
    form = pushed.forms[-1]
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", pushed.url)
    assert form["hub.callback"].startswith("https://us.example/websub/")
    assert pushed.confirm(9000) == "c1"
    plain = pushed.wait()
    await pushed.poll(after=plain)
    assert len(pushed.forms) == 1
    await pushed.poll(after=timedelta(seconds=6000))
    assert [one["hub.callback"] for one in pushed.forms] == [form["hub.callback"]] * 2
    assert pushed.confirm(9000) == "c1"
    pushed.forget_feed()
    await pushed.poll()
    assert pushed.forms[-1]["hub.mode"] == "unsubscribe"
    assert pushed.confirm(0) == "c1"
    assert pushed.subscription is None


async def test_polling_is_the_safety_net_of_a_hub(pushed: Pushed) -> None:
    """Polled at a sixth of the rate while the hub works; a quiet one is noticed, told, asked anew, and trusted again once it brings something."""
    pushed.items = [pushed.item("one")]
    await pushed.poll()
    plain = pushed.wait()
    assert pushed.confirm(86400) == "c1"
    await pushed.poll(after=plain)
    assert pushed.wait() > 3 * plain
    two = pushed.item("two")
    await pushed.push(two)
    assert pushed.titles() == ["one", "two"]
    pushed.items.append(two)
    await pushed.poll(after=pushed.wait())
    assert (pushed.titles(), pushed.health()) == (["one", "two"], None)
    pushed.items.append(pushed.item("three"))
    asked = len(pushed.forms)
    await pushed.poll(after=pushed.wait())
    assert pushed.titles() == ["one", "two", "three"]
    assert "is quiet: an entry came by polling alone" in str(pushed.health())
    assert len(pushed.forms) == asked + 1
    await pushed.push(pushed.item("four"))
    assert pushed.health() is None


async def test_an_entry_that_comes_both_ways_is_one(pushed: Pushed) -> None:
    """First pushed and then polled, or polled and then pushed; a push without entries makes the feed due."""
    pushed.items = [pushed.item("one")]
    await pushed.poll()
    assert pushed.confirm(86400) == "c1"
    await pushed.push(*pushed.items, pushed.item("two"))
    pushed.items.append(pushed.item("two"))
    await pushed.push("")
    assert pushed.wait() == timedelta()
    await pushed.poll()
    assert pushed.titles() == ["one", "two"]


async def test_a_hub_that_refuses_or_hides_is_told_of(pushed: Pushed) -> None:
    """Denied by the hub, or not to be reached: the feed is polled as ever."""
    pushed.items = [pushed.item("one")]
    await pushed.poll()
    one = pushed.subscription
    assert one is not None
    plain = pushed.wait()
    database = pushed._harness.database
    assert answer_question(database, one, {"hub.mode": "denied", "hub.reason": "members only"}, pushed.clock.now()) == ""
    assert "members only" in str(pushed.health())
    assert pushed.subscription is not None
    assert pushed.subscription.state is HubState.REFUSED
    await pushed.poll(after=plain)
    assert pushed.wait() <= 2 * plain


@pytest.mark.parametrize(
    "change",
    [
        lambda asked: asked | {"hub.mode": "unsubscribe"},
        lambda asked: asked | {"hub.topic": "https://other.example/"},
        lambda asked: {name: value for name, value in asked.items() if name != "hub.challenge"},
        lambda _asked: {},
    ],
)
async def test_a_question_that_nobody_asked_for_is_refused(
    pushed: Pushed, change: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    """Only what we have asked for is confirmed."""
    pushed.items = [pushed.item("one")]
    await pushed.poll()
    one = pushed.subscription
    assert one is not None
    asked = {"hub.mode": "subscribe", "hub.topic": pushed.url, "hub.challenge": "c"}
    assert answer_question(pushed._harness.database, one, change(asked), pushed.clock.now()) is None
    assert pushed.subscription is not None
    assert pushed.subscription.state is HubState.ASKING
