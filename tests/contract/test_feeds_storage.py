"""Feeds in the database, on SQLite and PostgreSQL: whose turn it is, and what a poll may still change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from monitor.domain.article import Entry, Origin
from monitor.domain.cadence import ArrivalRate, PublisherHints
from monitor.domain.feed import DocumentMemory, FeedForPoll, FeedState, FeedUpdate, HostUpdate, Validators
from monitor.domain.source import SourceStatus
from monitor.polling.feed_kind import feed_health
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.sources.source import HealthRequest
from monitor.storage import due_feeds, feeds, hosts
from monitor.storage.articles import ingest
from monitor.storage.engine import Database
from monitor.storage.tables import feeds as feed_rows

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GAP = timedelta(seconds=1)


def configured(*urls: str) -> tuple[FeedSettings, ...]:
    """Feeds as the configuration names them."""
    return tuple(FeedSettings(url=url) for url in urls)


def sync(database: Database, *urls: str, now: datetime = NOW) -> None:
    """Bring the configuration into the database."""
    with database.write() as connection:
        feeds.sync(connection, configured(*urls), now)


def claim(
    database: Database, now: datetime = NOW, *, limit: int = 10, connections: int = 2, gap: timedelta = GAP
) -> tuple[FeedForPoll, ...]:
    """One batch of due feeds."""
    with database.write() as connection:
        return feeds.claim_due(
            connection, now=now, limit=limit, lease=timedelta(seconds=60), host_gap=gap, host_connections=connections
        )


def finish(database: Database, feed: FeedForPoll, state: FeedState, host: HostUpdate | None = None) -> bool:
    """Store the result of a poll."""
    with database.write() as connection:
        return feeds.finish(connection, feed, FeedUpdate(state=state, host=host))


def test_a_configured_feed_is_due_at_once_and_only_once(database: Database) -> None:
    """A new feed is polled right away, and nobody else gets it while that lasts."""
    sync(database, "https://a.example/feed")
    assert [feed.url for feed in claim(database)] == ["https://a.example/feed"]
    assert claim(database, NOW + timedelta(seconds=30)) == ()


def test_the_state_of_a_feed_comes_back_as_it_was_stored(database: Database) -> None:
    """What a poll remembers is there for the next one, to the last field."""
    sync(database, "https://a.example/feed")
    state = FeedState(
        status=SourceStatus.OK,
        reason="fine",
        title="A",
        format="rss20",
        validators=Validators(etag='W/"1"', last_modified="Sun, 01 Mar 2026 12:00:00 GMT"),
        body_hash=bytes(range(32)),
        moved_to="https://b.example/",
        moves_seen=2,
        last_polled_at=NOW,
        last_success_at=NOW,
        last_full_fetch_at=NOW,
        next_poll_at=NOW + GAP,
        interval_s=90.5,
        failures=0.25,
        arrival_rate=ArrivalRate(
            since=1.0, counted_at=NOW.timestamp(), recounted_at=1.25, hours=3.25, hourly=(0.5,) * 24, recent=(1.0, 2.0), size=7
        ),
        document=DocumentMemory(
            fingerprints=bytes(range(32)),
            newest=NOW,
            publisher_hints=PublisherHints(wait_s=60, skip_hours=frozenset({1, 2}), skip_days=frozenset({6})),
            unreliable=True,
        ),
        gap_at=NOW,
    )
    assert finish(database, claim(database)[0], state)
    assert claim(database, NOW + GAP)[0].state == state


def test_a_busy_host_takes_one_place_in_the_batch(database: Database) -> None:
    """Hundred due feeds of one host do not keep the feeds of others waiting, and their host is asked once a gap."""
    crowd = [f"https://big.example/{number}" for number in range(100)]
    sync(database, *crowd, now=NOW - timedelta(hours=1))
    sync(database, *crowd, "https://a.example/", "https://b.example/")
    batch = claim(database, limit=3)
    assert {feed.host for feed in batch} == {"big.example", "a.example", "b.example"}
    assert claim(database, NOW + GAP / 2) == ()
    assert [feed.host for feed in claim(database, NOW + GAP)] == ["big.example"]


def test_a_slow_host_gets_no_more_than_its_connections(database: Database) -> None:
    """While two feeds of a host are being polled, a third waits however long the gap is over."""
    sync(database, *(f"https://slow.example/{number}" for number in range(3)))
    first, second = claim(database), claim(database, NOW + GAP)
    assert len(first) == len(second) == 1
    assert claim(database, NOW + 2 * GAP) == ()
    finish(database, first[0], replace(first[0].state, next_poll_at=NOW + timedelta(hours=1)))
    assert len(claim(database, NOW + 3 * GAP)) == 1


def test_without_a_gap_a_host_is_asked_over_all_its_connections(database: Database) -> None:
    """`host_gap: 0s` for a server of one's own: as many feeds at once as it may have connections, never more."""
    sync(database, *(f"http://mine.example/{number}" for number in range(7)))
    assert len(claim(database, connections=3, gap=timedelta())) == 3
    assert len(claim(database, connections=5, gap=timedelta())) == 2
    assert claim(database, connections=5, gap=timedelta()) == ()


def test_of_two_results_for_one_feed_the_current_one_counts(database: Database) -> None:
    """A late result that comes in one batch with its successor is left out, as is that of a feed now being polled again."""
    sync(database, "https://a.example/feed", "https://b.example/feed")
    late, other = sorted(claim(database), key=lambda feed: feed.url)
    (current,) = (feed for feed in claim(database, NOW + timedelta(minutes=5)) if feed.id == late.id)
    results = [
        (feed, FeedUpdate(state=FeedState(status=SourceStatus.OK, title=title, next_poll_at=NOW)))
        for feed, title in ((current, "Current"), (late, "Late"), (other, "Late too"))
    ]
    with database.write() as connection:
        assert feeds.finish_all(connection, results) == {(current.id, current.epoch)}
        assert {feed.url: feed.name for feed in feeds.list_feeds(connection)} == {
            "https://a.example/feed": "Current",
            "https://b.example/feed": "https://b.example/feed",
        }


def test_a_poller_that_wakes_up_late_stores_nothing(database: Database) -> None:
    """After its lease has run out and another has claimed the feed, a result is refused."""
    sync(database, "https://a.example/feed")
    stale = claim(database)[0]
    fresh = claim(database, NOW + timedelta(seconds=61))[0]
    assert not finish(database, stale, replace(stale.state, title="stale"))
    assert finish(database, fresh, replace(fresh.state, title="fresh", next_poll_at=NOW))
    assert claim(database, NOW + timedelta(minutes=5))[0].state.title == "fresh"


def test_a_released_feed_is_due_at_once(database: Database) -> None:
    """A poller that shuts down leaves nothing locked behind."""
    sync(database, "https://a.example/feed")
    feed = claim(database)[0]
    with database.write() as connection:
        feeds.release(connection, [(feed.id, feed.epoch)])
    assert len(claim(database, NOW + GAP)) == 1


def test_a_paused_host_is_left_alone(database: Database) -> None:
    """After a "too fast" no feed of the host is polled until the pause is over; the count of refusals is handed on."""
    sync(database, "https://a.example/1", "https://a.example/2")
    feed = claim(database)[0]
    pause = HostUpdate(host="a.example", refusals=3, paused_until=NOW + timedelta(minutes=5))
    finish(database, feed, replace(feed.state, next_poll_at=NOW), pause)
    assert claim(database, NOW + timedelta(minutes=4)) == ()
    assert claim(database, NOW + timedelta(minutes=5))[0].refusals == 3


def test_a_feed_that_is_gone_stays_unpolled_until_it_is_configured_anew(database: Database) -> None:
    """410 ends polling, also of `run --once`; taking the feed out and in again starts it afresh."""
    sync(database, "https://a.example/feed")
    feed = claim(database)[0]
    finish(database, feed, FeedState(status=SourceStatus.GONE, reason="gone", next_poll_at=None))
    with database.write() as connection:
        due_feeds.make_due(connection, NOW)
    assert claim(database, NOW + timedelta(days=30)) == ()
    sync(database)
    sync(database, "https://a.example/feed", now=NOW + timedelta(days=31))
    assert len(claim(database, NOW + timedelta(days=31))) == 1


def test_make_due_brings_every_feed_forward(database: Database) -> None:
    """`run --once` polls every source, whatever its plan."""
    sync(database, "https://a.example/feed")
    feed = claim(database)[0]
    finish(database, feed, FeedState(status=SourceStatus.OK, next_poll_at=NOW + timedelta(hours=6)))
    assert claim(database, NOW + timedelta(minutes=1)) == ()
    with database.write() as connection:
        due_feeds.make_due(connection, NOW + timedelta(minutes=1))
    with database.read() as connection:
        assert feeds.count_unpolled(connection, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)) == 1
    again = claim(database, NOW + timedelta(minutes=1))
    assert len(again) == 1
    finish(database, again[0], FeedState(status=SourceStatus.OK, last_polled_at=NOW + timedelta(minutes=1)))
    with database.read() as connection:
        assert feeds.count_unpolled(connection, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)) == 0


def test_removed_feeds_disappear_from_the_list_and_keep_their_articles(database: Database) -> None:
    """The list shows the configured feeds by name with the number of their articles; one that comes back still has them."""
    sync(database, "https://b.example/feed", "https://a.example/feed")
    feed = next(feed for feed in claim(database) if feed.host == "a.example")
    origin = Origin(id=feed.id, name="A", url=feed.url)
    with database.write() as connection:
        ingest(connection, origin, [Entry(key="1", title="One", text="Text")], now=NOW, alertable=lambda _: True)
        feeds.finish(connection, feed, FeedUpdate(state=FeedState(status=SourceStatus.OK, title="The A", next_poll_at=NOW)))
    with database.read() as connection:
        assert [(row.name, row.articles) for row in feeds.list_feeds(connection)] == [("https://b.example/feed", 0), ("The A", 1)]
    sync(database, "https://b.example/feed")
    with database.read() as connection:
        assert [row.url for row in feeds.list_feeds(connection)] == ["https://b.example/feed"]
    sync(database, "https://a.example/feed")
    with database.read() as connection:
        assert [(row.name, row.articles) for row in feeds.list_feeds(connection)] == [("The A", 1)]


def test_turns_at_a_host_follow_each_other(database: Database) -> None:
    """Page fetches of several processes are spaced by the gap, and wait for a pause, but not longer than they can."""
    latest = NOW + timedelta(hours=2)
    with database.write() as connection:
        turns = [hosts.reserve(connection, "a.example", now=NOW, gap=GAP, latest=latest) for _ in range(3)]
        assert turns == [NOW, NOW + GAP, NOW + 2 * GAP]
        hosts.record(connection, HostUpdate(host="a.example", refusals=1, paused_until=NOW + timedelta(hours=1)))
        assert hosts.reserve(connection, "a.example", now=NOW, gap=GAP, latest=NOW + GAP) is None
        assert hosts.reserve(connection, "a.example", now=NOW, gap=GAP, latest=latest) == NOW + timedelta(hours=1)


def test_every_feed_of_a_host_shows_its_pause(database: Database) -> None:
    """With its end and its reason, while the feed would be due before; a feed that fails itself stays failing."""
    urls = [f"https://a.example/{name}" for name in ("one", "two", "three")]
    sync(database, *urls)
    settings = Settings(feeds=tuple(FeedSettings(url=url) for url in urls))

    def health(now: datetime) -> list[tuple[str, str | None]]:
        with database.read() as connection:
            found = feed_health(connection, HealthRequest(settings=settings, now=now))
        return [(one.status.value, one.reason) for one in found]

    until = NOW + timedelta(hours=1)
    with database.write() as connection:
        hosts.record(connection, HostUpdate(host="a.example", refusals=1, paused_until=until, reason="HTTP 429"))
        row = update(feed_rows)
        connection.execute(row.where(feed_rows.c.url == urls[1]).values(status="failing", reason="HTTP 429"))
        connection.execute(row.where(feed_rows.c.url == urls[2]).values(status="ok", next_poll_at=until + GAP))
    held = f"its host is not asked before {until:%Y-%m-%d %H:%M:%S} UTC: HTTP 429"
    assert health(NOW) == [("paused", held), ("failing", held), ("ok", None)]
    assert health(until) == [("new", None), ("failing", "HTTP 429"), ("ok", None)]
    with database.write() as connection:
        hosts.pause(connection, "a.example", until - GAP, "a shorter one")
        hosts.pause(connection, "b.example", until, "an unknown host")
    assert health(NOW)[0] == ("paused", held)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_pollers_step_around_each_other(database: Database) -> None:
    """On PostgreSQL a poller in the middle of claiming does not hold another up, and they share the feeds without overlap."""
    sync(database, *(f"https://host{number}.example/" for number in range(4)))
    arguments = {"now": NOW, "lease": timedelta(seconds=60), "host_gap": GAP, "host_connections": 2}
    with database.write() as one, database.write() as other:
        first = feeds.claim_due(one, limit=2, **arguments)  # type: ignore[arg-type] # values of several types
        second = feeds.claim_due(other, limit=4, **arguments)  # type: ignore[arg-type] # values of several types
    assert len(first) == len(second) == 2
    assert len({feed.id for feed in (*first, *second)}) == 4
