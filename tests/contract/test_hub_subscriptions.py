"""Subscriptions at hubs, as the scheduler and the web role share them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.hub_subscription import HubState, HubSubscription
from monitor.settings.feeds import FeedSettings
from monitor.storage import feeds, hub_subscriptions
from monitor.storage.engine import Database

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
URL = "https://news.example/feed"
ONE = HubSubscription(
    feed_url=URL, token="t1", hub="https://hub.example/", topic=URL, secret="s1", next_request_at=NOW + timedelta(minutes=1)
)


def test_a_subscription_is_found_by_its_token(database: Database) -> None:
    """With the feed that it is for; another token finds nothing."""
    with database.write() as connection:
        feeds.sync(connection, [FeedSettings(url=URL, name="News")], NOW)
        hub_subscriptions.put(connection, ONE)
        found = hub_subscriptions.by_token(connection, "t1")
        assert found is not None
        assert (found.name, found.subscription, found.fingerprints) == ("News", ONE, b"")
        assert found.id == feeds.list_feeds(connection)[0].id
        assert hub_subscriptions.by_token(connection, "t2") is None


def test_one_that_was_replaced_is_changed_no_more(database: Database) -> None:
    """What is learnt of an old subscription does not touch the one in its place."""
    with database.write() as connection:
        hub_subscriptions.put(connection, ONE)
        hub_subscriptions.put(connection, replace(ONE, token="t2"))
        hub_subscriptions.change(connection, ONE, state=HubState.ACTIVE)
        hub_subscriptions.remove(connection, ONE)
        assert hub_subscriptions.every(connection) == {URL: replace(ONE, token="t2")}


def test_hubs_are_asked_when_it_is_time(database: Database) -> None:
    """At the planned time; at once when a hub is quiet or its feed has gone; only a confirmed hub can be quiet."""
    with database.write() as connection:
        hub_subscriptions.put(connection, ONE)
        assert hub_subscriptions.due(connection, NOW, limit=9) == []
        assert len(hub_subscriptions.due(connection, NOW + timedelta(minutes=1), limit=9)) == 1
        hub_subscriptions.count_missed(connection, {URL: 2}, NOW)
        assert hub_subscriptions.every(connection)[URL].missed == 0
        hub_subscriptions.change(connection, ONE, state=HubState.ACTIVE)
        hub_subscriptions.count_missed(connection, {URL: 2}, NOW)
        assert [one.missed for one in hub_subscriptions.due(connection, NOW, limit=9)] == [2]
        hub_subscriptions.end_others(connection, set(), NOW)
        assert [one.state for one in hub_subscriptions.due(connection, NOW, limit=9)] == [HubState.ENDING]
