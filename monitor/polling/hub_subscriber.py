"""Subscribe feeds at the hubs that they name, renew what runs out, and end what is no longer wanted.

A subscription is stored before its hub is asked, so that the hub's question at our address finds it, whichever of the two comes first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.domain import randomness
from monitor.domain.clock import Clock
from monitor.domain.hub_subscription import LEASE, ON_THE_WAY, HubState, HubSubscription, asked, is_given_up, slower_poll
from monitor.domain.source import SourceStatus
from monitor.domain.text import one_line
from monitor.domain.urls import parse_url
from monitor.fetching.access import access_for
from monitor.fetching.fetcher import Fetcher
from monitor.logs import get_logger
from monitor.polling.hub_offer import OfferedHub
from monitor.polling.poll import PollResult
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.storage import hub_subscriptions
from monitor.storage.articles import IngestResult
from monitor.storage.engine import Connection, Database

TICK_S: Final = 2.0
_AT_ONCE: Final = 4
_MOST: Final = 20
_UNCHANGED: Final = frozenset({HubState.ASKING, HubState.ACTIVE, HubState.REFUSED})


def missed_entries(result: PollResult, stored: Sequence[IngestResult], now: datetime) -> int:
    """Return how many entries a poll has found that a hub should have brought before; those of this moment may be on their way."""
    if result.first:
        return 0
    new = sum(len(part.new) for part in stored)
    late = sum(1 for entry in result.entries if entry.published_at is None or entry.published_at < now - ON_THE_WAY)
    return min(new, late)


class HubSubscriber:
    """Keeps the subscriptions of the configured feeds."""

    def __init__(self, database: Database, fetcher: Fetcher, *, clock: Clock) -> None:
        self._database = database
        self._fetcher = fetcher
        self._clock = clock
        self._public_url: str | None = None
        self._settings = Settings()
        self._feeds: Mapping[str, FeedSettings] = {}
        self._known: dict[str, HubSubscription] = {}

    def configure(self, settings: Settings) -> None:
        """Subscribe by these settings from now on. Blocks."""
        self._settings = settings
        self._public_url = None if settings.websub is None else settings.websub.public_url.rstrip("/")
        self._feeds = {feed.url: feed for feed in settings.feeds} if self._public_url is not None else {}
        with self._database.write() as connection:
            hub_subscriptions.end_others(connection, self._feeds.keys(), self._clock.now())
        self._load()

    def slowed(self, result: PollResult) -> PollResult:
        """Return the result of a poll with a later next poll, as a safety net, if a hub brings what the feed publishes."""
        feed, state, now = self._feeds.get(result.feed.url), result.update.state, self._clock.now()
        known = self._known.get(result.feed.url)
        if feed is None or feed.every is not None or known is None or not known.is_trusted(now):
            return result
        if state.status is not SourceStatus.OK or state.next_poll_at is None:
            return result
        later = slower_poll(state.next_poll_at, now, self._settings.polling.max)
        # What this poll has found first came with the hub, so it says nothing of how late we are.
        before = result.feed.state
        rhythm = replace(
            state.document.rhythm, delays=before.document.rhythm.delays, usual_delay_s=before.document.rhythm.usual_delay_s
        )
        state = replace(
            state,
            next_poll_at=later,
            document=replace(state.document, rhythm=rhythm),
            late_p50_s=before.late_p50_s,
            late_p95_s=before.late_p95_s,
            late_usual_s=before.late_usual_s,
        )
        return replace(result, update=replace(result.update, state=state))

    async def tick(self) -> None:
        """Ask the hubs that are to be asked."""
        due = await asyncio.to_thread(self._due)
        for start in range(0, len(due), _AT_ONCE):
            await asyncio.gather(*(self._ask(one) for one in due[start : start + _AT_ONCE]))

    def note(self, connection: Connection, offered: Sequence[OfferedHub], missed: Mapping[str, int]) -> None:
        """Store what polls have learnt: the hubs that feeds name, and how many entries hubs have not brought."""
        now = self._clock.now()
        for one in offered:
            self._note_offer(connection, one, now)
        quiet = {url: count for url, count in missed.items() if count and url in self._known}
        if quiet:
            hub_subscriptions.count_missed(connection, quiet, now)
            for url in quiet:
                get_logger().warning("hub.quiet", feed=url, hub=self._known[url].hub)

    def _note_offer(self, connection: Connection, one: OfferedHub, now: datetime) -> None:
        known = self._known.get(one.feed_url)
        if one.feed_url not in self._feeds or (one.offer is None and known is None):
            return
        if one.offer is None:
            assert known is not None
            hub_subscriptions.change(connection, known, state=HubState.ENDING, next_request_at=now, tries=0)
            self._known[one.feed_url] = replace(known, state=HubState.ENDING)
        elif known is None or known.state not in _UNCHANGED or (known.hub, known.topic) != (one.offer.hub, one.offer.topic):
            subscription = HubSubscription(
                feed_url=one.feed_url,
                token=randomness.rng().randbytes(24).hex(),
                secret=randomness.rng().randbytes(32).hex(),
                hub=one.offer.hub,
                topic=one.offer.topic,
                next_request_at=now,
            )
            hub_subscriptions.put(connection, subscription)
            self._known[one.feed_url] = subscription

    def _load(self) -> None:
        with self._database.read() as connection:
            self._known = hub_subscriptions.every(connection)

    def _due(self) -> list[HubSubscription]:
        self._load()
        with self._database.read() as connection:
            return hub_subscriptions.due(connection, self._clock.now(), limit=_MOST)

    async def _ask(self, one: HubSubscription) -> None:
        if is_given_up(one) or (one.state is HubState.ENDING and self._public_url is None):
            await asyncio.to_thread(self._forget, one)
            return
        feed = self._feeds.get(one.feed_url)
        if feed is None and one.state is not HubState.ENDING:
            return
        # Planned first: a process that dies while it asks must not ask again and again.
        await asyncio.to_thread(self._plan, one, None)
        form = {
            "hub.mode": "unsubscribe" if one.state is HubState.ENDING else "subscribe",
            "hub.topic": one.topic,
            "hub.callback": f"{self._public_url}/{one.token}",
            "hub.secret": one.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        access = None if feed is None else access_for(feed, self._settings.http)
        problem = await self._fetcher.post_form(parse_url(one.hub), form, origin=parse_url(one.feed_url), access=access)
        if problem is not None:
            get_logger().info("hub.failed", feed=one.feed_url, hub=one.hub, reason=problem)
            await asyncio.to_thread(self._plan, one, one_line(problem)[:300])

    def _plan(self, one: HubSubscription, problem: str | None) -> None:
        after = asked(one, self._clock.now(), problem)
        with self._database.write() as connection:
            hub_subscriptions.change(connection, one, tries=after.tries, next_request_at=after.next_request_at, reason=after.reason)

    def _forget(self, one: HubSubscription) -> None:
        with self._database.write() as connection:
            hub_subscriptions.remove(connection, one)
        self._known.pop(one.feed_url, None)
