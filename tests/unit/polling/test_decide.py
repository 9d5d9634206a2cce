"""What a poll means for a feed: tables of what came, and what the operator sees and the server feels afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.article import Entry
from monitor.domain.cadence import IntervalLimits
from monitor.domain.feed import Validators
from monitor.domain.source import SourceStatus
from monitor.fetching.outcome import FetchFailure, NotModified, Outcome, Problem, Redirect
from monitor.parse.result import ParsedFeed, ParseFailure, PollHints
from monitor.polling.decide import conditions, decide, fresh_for
from monitor.polling.failed_poll import Plan, poll_address
from tests.polled import GOOD, NOW, PLAN, URL, after, compared, failure, feed, fetched, parsed, wait


def test_a_first_good_poll() -> None:
    """The feed is fine, and everything the next poll needs is remembered."""
    state = after(GOOD).state
    assert (state.status, state.title, state.format) == (SourceStatus.OK, "A", "rss20")
    assert state.reason == "first fetch: 3 entries without a date raise no alerts"
    assert state.validators == Validators(etag='"1"', last_modified="x")
    assert state.last_success_at == state.last_full_fetch_at == state.last_polled_at == NOW
    assert conditions(state, NOW + timedelta(minutes=10)) == state.validators


@pytest.mark.parametrize(
    ("outcome", "lowest", "highest"),
    [
        (failure(Problem.DNS_TEMPORARY), 1.1, 1.4),
        (failure(Problem.SERVER_ERROR), 1.3, 1.6),
        (failure(Problem.NOT_FOUND), 1.3, 1.6),
        (failure(Problem.TIMEOUT), 1.3, 1.6),
        (failure(Problem.DNS), 1.9, 2.2),
        (failure(Problem.TLS), 1.9, 2.2),
    ],
)
def test_each_failure_slows_the_feed_by_its_weight(outcome: FetchFailure, lowest: float, highest: float) -> None:
    """One failure of weight 1 doubles the interval, lighter ones less."""
    usual = after(GOOD, every=timedelta(minutes=10)).state.interval_s
    assert usual is not None
    update = after(GOOD, (outcome, None))
    assert lowest <= wait(update) / usual <= highest
    assert (update.state.status, update.state.reason) == (SourceStatus.FAILING, outcome.reason)


def test_a_feed_that_keeps_failing_is_asked_ever_less_and_recovers_by_itself() -> None:
    """Twenty failures lead to the longest interval, one success back to the usual one."""
    failing = after(GOOD, *[(failure(Problem.DNS), None)] * 20)
    assert wait(failing) >= IntervalLimits().max_s
    assert wait(failing) <= IntervalLimits().max_s * 1.1
    well = after(GOOD, *[(failure(Problem.DNS), None)] * 20, GOOD)
    assert (well.state.status, well.state.failures) == (SourceStatus.OK, 0.0)


def test_410_stops_the_feed() -> None:
    """A feed that is gone is polled no more, and says why."""
    state = after(GOOD, (failure(Problem.GONE), None)).state
    assert (state.status, state.next_poll_at) == (SourceStatus.GONE, None)


def test_retry_after_is_obeyed_by_the_whole_host() -> None:
    """The feed and its host wait at least as long as the server asked."""
    update = after(GOOD, (failure(Problem.TOO_FAST, retry=NOW + timedelta(hours=2)), None))
    assert wait(update) >= 7200
    assert update.host is not None
    assert (update.host.host, update.host.refusals, update.host.paused_until) == ("a.example", 1, NOW + timedelta(hours=2))


def test_refusals_make_the_pause_of_the_host_grow() -> None:
    """403 and 429 without Retry-After: 5, 10, 20 minutes for the host, until it answers again."""
    refused = (failure(Problem.TOO_FAST), None)
    pauses = []
    for count in (1, 2, 3):
        update = after(GOOD, *[refused] * count)
        assert update.host is not None
        assert update.host.paused_until is not None
        pauses.append((update.host.paused_until - NOW).total_seconds() / 60)
    assert pauses == [5, 10, 20]
    well = after(GOOD, *[refused] * 3, GOOD)
    assert well.host is not None
    assert (well.host.refusals, well.host.paused_until) == (0, None)


def test_a_refusal_by_a_machine_of_our_own_pauses_the_feed_only() -> None:
    """A private server that stands for many sites is not frozen because one of them refuses."""
    update = after(GOOD, (failure(Problem.TOO_FAST, retry=NOW + timedelta(hours=2)), None), plan=replace(PLAN, internal=True))
    assert update.host is None
    assert wait(update) >= 7200


MOVED = (Redirect(status=301, url="https://new.example/feed"),)


def test_a_permanent_redirect_is_believed_the_third_time() -> None:
    """Two are not enough; after three the new address is polled and shown."""
    moved = (fetched("1", redirects=MOVED), parsed("a"))
    twice, thrice = after(moved, moved), after(moved, moved, moved)
    assert poll_address(feed(twice.state)) == URL
    assert poll_address(feed(thrice.state)) == "https://new.example/feed"
    assert "moved for good to https://new.example/feed" in (thrice.state.reason or "")


def test_a_redirect_for_the_time_being_is_not_remembered() -> None:
    """302 anywhere on the way, or a poll without a redirect, starts the count again."""
    moved = (fetched("1", redirects=MOVED), parsed("a"))
    temporary = (fetched("1", redirects=(Redirect(status=302, url="https://x.example/"), *MOVED)), parsed("a"))
    assert after(moved, moved, temporary, moved).state.moves_seen == 1
    assert after(moved, moved, GOOD, moved).state.moves_seen == 1


def test_a_new_address_that_fails_is_forgotten() -> None:
    """If the place it moved to does not work, the configured URL is asked again; a 410 there does not end the feed."""
    moved = (fetched("1", redirects=MOVED), parsed("a"))
    update = after(moved, moved, moved, (failure(Problem.GONE), None))
    assert poll_address(feed(update.state)) == URL
    assert update.state.status is SourceStatus.FAILING


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, max-age=600", "age": "200"}, 400),
        ({"cache-control": "s-maxage=600"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"expires": "Sun, 01 Mar 2026 12:10:00 GMT", "date": "Sun, 01 Mar 2026 12:00:00 GMT"}, 600),
        ({"expires": "Sun, 01 Mar 2026 12:10:00 GMT"}, 600),
        ({"expires": "0"}, 0),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({}, 0),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], expected: float) -> None:
    """`max-age` less `Age`, else `Expires`."""
    assert fresh_for(headers, NOW) == expected


def test_the_server_is_not_asked_while_its_answer_is_fresh() -> None:
    """max-age, ttl and skipHours are lower bounds, up to `polling.max`; a fixed `every` is the operator's own word."""
    assert wait(after((fetched("1", cache_control="max-age=7200"), parsed("a")))) >= 7200
    assert wait(after((fetched("1", cache_control="max-age=31536000"), parsed("a")))) <= IntervalLimits().max_s
    assert wait(after((fetched("1"), parsed("a", hints=PollHints(min_interval_s=10800))))) >= 10800
    skipping = parsed("a", hints=PollHints(skip_hours=frozenset({12, 13, 14})))
    assert after((fetched("1"), skipping)).state.next_poll_at == NOW.replace(hour=15)
    every = Plan(limits=IntervalLimits(every_s=300), jitter=0.9)
    assert wait(after((fetched("1", cache_control="max-age=7200"), parsed("a")), plan=every)) == 300


def test_wishes_outlive_a_304() -> None:
    """A feed with a ttl that answers "not changed" is still not asked more often than it wants."""
    slow = (fetched("1", etag='"1"'), parsed("a", hints=PollHints(min_interval_s=10800)))
    assert wait(after(slow, (NotModified(url=URL, headers={}), None))) >= 10800


def test_entries_that_may_have_been_missed_are_told_and_the_feed_is_polled_faster() -> None:
    """A full document without any entry of the last one."""
    old = parsed(*(f"a{number}" for number in range(20)), published=NOW - timedelta(hours=2))
    new = parsed(*(f"b{number}" for number in range(20)), published=NOW - timedelta(minutes=5))
    update = after((fetched("1"), old), (fetched("2"), new), every=timedelta(hours=1))
    assert update.state.gap_at == NOW
    assert "may have been missed" in (update.state.reason or "")
    quiet = after((fetched("1"), old), (fetched("2"), old), every=timedelta(hours=1))
    assert wait(update) < wait(quiet) / 2


@pytest.mark.parametrize(
    "second",
    [
        (fetched("2"), parsed("a1", *(f"b{number}" for number in range(19)), published=NOW)),
        (fetched("2"), parsed("b1", "b2", published=NOW)),
        (fetched("2", status=226), parsed(*(f"b{number}" for number in range(20)), published=NOW)),
        (fetched("2"), parsed(*(f"b{number}" for number in range(20)), published=NOW - timedelta(hours=2))),
        (fetched("2"), parsed()),
    ],
    ids=["one left", "not full", "delta", "only other ids", "empty"],
)
def test_nothing_was_missed(second: tuple[Outcome, ParsedFeed]) -> None:
    """An entry in common, a document that was not full, a delta, other ids for the same dates, an empty document."""
    old = parsed(*(f"a{number}" for number in range(20)), published=NOW - timedelta(hours=2))
    assert after((fetched("1"), old), second, every=timedelta(hours=1)).state.gap_at is None


def test_a_server_that_always_says_not_changed_is_looked_through() -> None:
    """Now and then the whole document is asked for; if it holds what was denied, conditions are never used again."""
    first = (fetched("1", etag='"1"'), parsed("a", "b", published=NOW - timedelta(days=2)))
    denied: tuple[Outcome, None] = (NotModified(url=URL, headers={}), None)
    state = after(first, denied, denied, every=timedelta(hours=5)).state
    assert conditions(state, NOW + timedelta(hours=1)) == state.validators
    later = NOW + timedelta(hours=5)
    assert not conditions(state, later)
    document = compared(state, parsed("c", "a", "b", published=NOW), later)
    update = decide(feed(state), fetched("2", etag='"1"'), document, later, PLAN)
    assert not conditions(update.state, later + timedelta(minutes=10))
    assert "always fetched whole" in (update.state.reason or "")


def test_a_busy_feed_is_doubted_sooner() -> None:
    """With an entry every few minutes, an hour of "not changed" is suspicious."""
    busy = [(fetched(str(n), etag='"1"'), parsed(*(str(n * 5 + k) for k in range(10)), published=NOW)) for n in range(20)]
    state = after(*busy).state
    assert conditions(replace(state, document=replace(state.document, unreliable=False)), NOW + timedelta(minutes=30))
    assert not conditions(replace(state, document=replace(state.document, unreliable=False)), NOW + timedelta(minutes=70))


def test_a_web_page_names_the_feed_to_use() -> None:
    """A page instead of a feed fails with the address that should stand in the configuration."""
    page = ParseFailure(reason="html page", feeds=("https://a.example/rss.xml",))
    state = after((fetched("<html>"), page)).state
    assert state.status is SourceStatus.FAILING
    assert "use https://a.example/rss.xml instead" in (state.reason or "")


def test_a_feed_that_leads_to_a_page_to_log_in_says_so() -> None:
    """It fails, with the address that it leads to now."""
    page = replace(
        fetched("<html>"), url="https://a.example/login?back=rss", redirects=(Redirect(status=302, url="https://a.example/login"),)
    )
    state = after(GOOD, (page, ParseFailure(reason="this is a web page, not a feed"))).state
    assert state.status is SourceStatus.FAILING
    assert "now leads to a.example/login, which may ask for a login" in (state.reason or "")


def test_a_feed_whose_document_is_empty_for_days_is_silent() -> None:
    """It used to hold entries; one that was empty before, as a list of warnings may be, is left to its habit."""
    dates = [NOW - timedelta(days=30 * number) for number in range(12)]
    monthly = ParsedFeed(
        format="rss20", title="A", entries=tuple(Entry(key=str(at), title=str(at), text="", published_at=at) for at in dates)
    )
    empty = ParsedFeed(format="rss20", title="A")
    gone = after((fetched("1"), monthly), (fetched("2"), empty)).state
    assert gone.overdue_at is not None
    assert timedelta(days=2) <= gone.overdue_at - NOW < timedelta(days=3)
    assert "holds no entries since" in (gone.reason or "")
    back = after((fetched("1"), monthly), (fetched("2"), empty), (fetched("3"), monthly)).state
    assert back.overdue_at is not None
    assert back.overdue_at - NOW > timedelta(days=20)
    assert "holds no entries" not in (back.reason or "")


def test_hints_of_a_template_count_until_the_rhythm_is_known() -> None:
    """A feed of ten entries, one every two minutes, that asks for one poll a day is polled within ten minutes; an unknown one as it asks."""
    hints = PollHints(min_interval_s=86_400, skip_hours=frozenset(range(23)))
    entries = tuple(
        Entry(key=str(number), title=str(number), text="", published_at=NOW - timedelta(minutes=2 * number)) for number in range(10)
    )
    busy = ParsedFeed(format="rss20", title="A", entries=entries, hints=hints)
    assert after((fetched(), busy)).state.next_poll_at <= NOW + timedelta(minutes=10)  # type: ignore[operator]
    assert after((fetched(), parsed("a", hints=hints))).state.next_poll_at >= NOW + timedelta(hours=5)  # type: ignore[operator]


def test_a_refusal_concerns_its_address_and_the_second_address_the_host() -> None:
    """One forbidden page slows itself; when another address of the host refuses as well, the host has a pause."""
    first = decide(feed(), failure(Problem.FORBIDDEN, status=403), None, NOW, PLAN)
    assert first.host is not None
    assert (first.host.refusals, first.host.paused_until) == (1, None)
    again = decide(feed(first.state, refusals=1), failure(Problem.FORBIDDEN, status=403), None, NOW, PLAN)
    assert again.host is None
    other = decide(feed(refusals=1), failure(Problem.FORBIDDEN, status=403), None, NOW, PLAN)
    assert other.host is not None
    assert other.host.paused_until == NOW + timedelta(minutes=5)


def test_a_good_answer_may_say_that_it_was_the_last_for_now() -> None:
    """The host waits until its reset, or the feed alone where the host is our own."""
    answer = fetched(x_ratelimit_remaining="0", x_ratelimit_reset="1800")
    update = after((answer, parsed("a")))
    assert update.host is not None
    assert update.host.paused_until == NOW + timedelta(seconds=1800)
    own = after((answer, parsed("a")), plan=replace(PLAN, internal=True))
    assert own.host is None
    assert own.state.next_poll_at is not None
    assert own.state.next_poll_at >= NOW + timedelta(seconds=1800)
    assert after((fetched(x_ratelimit_remaining="7", x_ratelimit_reset="1800"), parsed("a"))).host is None
