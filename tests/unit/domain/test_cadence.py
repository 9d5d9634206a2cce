"""How long feeds are left alone: over made-up histories, and over a simulated week."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cadence_week import (
    DAY_S,
    LIMITS,
    START,
    SimulatedFeed,
    adaptive_week,
    at_requests,
    drawn_rhythms,
    fixed_week,
    simulate_feed,
)
from monitor.domain.cadence import (
    ArrivalRate,
    IntervalLimits,
    PublisherHints,
    expected_rate,
    is_bursting,
    plan_interval,
    rate_of_first_document,
    schedule_poll,
    update_rate,
    wait_after_failure,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NO_WISHES = PublisherHints()


def every(gap: timedelta, count: int, until: datetime = NOW) -> list[datetime]:
    """`count` dates, `gap` apart, the last one at `until`."""
    return [until - gap * number for number in reversed(range(count))]


def polled(arrival_rate: ArrivalRate, gap: timedelta, polls: int, new: int, *, start: datetime = NOW) -> ArrivalRate:
    """`arrival_rate` after polls that each found `new` entries without a date in a document of twenty."""
    for number in range(1, polls + 1):
        arrival_rate = update_rate(arrival_rate, [None] * new, 20, start + gap * number)
    return arrival_rate


@pytest.mark.parametrize(("per_day", "lowest_min", "highest_min"), [(0.05, 40, 70), (1, 20, 40), (24, 4, 9), (200, 1, 4)])
def test_the_interval_follows_the_rhythm(per_day: float, lowest_min: float, highest_min: float) -> None:
    """A blog with an entry a month is asked about every hour, a busy news feed every few minutes."""
    gap = timedelta(days=1) / per_day * 1.07
    arrival_rate = rate_of_first_document(every(gap, 20, NOW - gap / 2), NOW)
    assert lowest_min <= plan_interval(arrival_rate, NOW, LIMITS) / 60 <= highest_min


@pytest.mark.parametrize(("size", "lowest_min", "highest_min"), [(10, 30, 45), (20, 45, 60), (60, 90, 120), (400, 300, 360)])
def test_a_silent_feed_slows_down_as_far_as_its_document_allows(size: int, lowest_min: float, highest_min: float) -> None:
    """After months of silence the longest interval is for long documents; a short one could overflow. A feed that speaks again is asked more often."""
    arrival_rate, now = rate_of_first_document([], NOW), NOW
    while now < NOW + timedelta(days=120):
        now += timedelta(hours=6)
        arrival_rate = update_rate(arrival_rate, [], size, now)
    silent = plan_interval(arrival_rate, now, LIMITS)
    assert lowest_min <= silent / 60 <= highest_min
    awake = polled(arrival_rate, timedelta(minutes=30), 10, 1, start=now)
    assert plan_interval(awake, now + timedelta(hours=5), LIMITS) < silent * 0.8


def test_one_unexpected_entry_is_followed_by_another_look() -> None:
    """The first entry of a burst shows no more than that: the next poll comes soon, and if nothing follows the usual pace is back within hours."""
    arrival_rate = rate_of_first_document(every(timedelta(days=3), 12, NOW - timedelta(days=2)), NOW)
    usual = plan_interval(arrival_rate, NOW, LIMITS)
    woken = update_rate(arrival_rate, [NOW + timedelta(minutes=1)], 12, NOW + timedelta(minutes=3))
    assert plan_interval(woken, NOW + timedelta(minutes=3), LIMITS) <= usual / 3
    later = NOW + timedelta(hours=6)
    assert plan_interval(update_rate(woken, [], 12, later), later, LIMITS) > usual * 0.8


def test_an_overflow_is_remembered() -> None:
    """A feed whose whole document was new at once is asked more often than before, for weeks, and less and less so."""
    dates = every(timedelta(days=3), 12, NOW - timedelta(days=2))
    calm = rate_of_first_document(dates, NOW)
    overflown = update_rate(calm, [NOW - timedelta(minutes=minute) for minute in range(12)], 12, NOW)
    lively = rate_of_first_document([*dates, *every(timedelta(hours=3), 12)], NOW)

    def waits(arrival_rate: ArrivalRate) -> list[float]:
        """Seconds between polls one, three and twelve weeks later, nothing new having come."""
        moments = [NOW + timedelta(weeks=weeks) for weeks in (1, 3, 12)]
        return [plan_interval(update_rate(arrival_rate, [], 12, moment), moment, LIMITS) for moment in moments]

    after = waits(overflown)
    assert after == sorted(after)
    assert after[0] < 0.7 * waits(lively)[0]
    assert after[1] < 0.8 * waits(lively)[1]
    assert after[2] == pytest.approx(waits(calm)[2], rel=0.1)


def test_a_clock_set_back_breaks_nothing() -> None:
    """A machine that wakes in 1970 with a history from 2026 still polls."""
    arrival_rate = rate_of_first_document(every(timedelta(minutes=3), 20), NOW)
    assert LIMITS.min_s <= plan_interval(arrival_rate, datetime(1970, 1, 2, tzinfo=UTC), LIMITS) <= LIMITS.max_s


def test_entries_already_seen_slow_a_feed_and_new_ones_speed_it_up() -> None:
    """The share of new entries moves the interval from the same start in the two directions."""
    start = rate_of_first_document(every(timedelta(hours=2), 20), NOW)
    usual = plan_interval(start, NOW, LIMITS)
    later = NOW + timedelta(hours=5)
    quiet = plan_interval(polled(start, timedelta(minutes=30), 10, 0), later, LIMITS)
    lively = plan_interval(polled(start, timedelta(minutes=30), 10, 6), later, LIMITS)
    assert lively < usual < quiet


def test_a_burst_is_polled_at_the_minimum_and_ends() -> None:
    """Breaking news on a slow feed: every minute while it lasts, the usual pace afterwards."""
    arrival_rate = rate_of_first_document(every(timedelta(hours=8), 20), NOW)
    burst_end = NOW + timedelta(minutes=10)
    arrival_rate = update_rate(arrival_rate, [NOW + timedelta(minutes=number) for number in range(1, 7)], 20, burst_end)
    assert is_bursting(arrival_rate, burst_end)
    assert plan_interval(arrival_rate, burst_end, LIMITS) == LIMITS.min_s
    later = burst_end + timedelta(hours=6)
    assert plan_interval(update_rate(arrival_rate, [], 20, later), later, LIMITS) > 5 * LIMITS.min_s


def test_the_usual_pace_of_a_fast_feed_is_no_burst() -> None:
    """Twenty entries an hour are no news of a feed that always has them."""
    arrival_rate = rate_of_first_document(every(timedelta(minutes=3), 60), NOW)
    arrival_rate = update_rate(
        arrival_rate, [NOW + timedelta(minutes=3 * number) for number in range(1, 6)], 20, NOW + timedelta(minutes=15)
    )
    assert not is_bursting(arrival_rate, NOW + timedelta(minutes=15))


def test_the_hours_of_the_day_are_learnt() -> None:
    """A newsroom that works by day is asked more often by day than by night."""
    dates = [NOW.replace(hour=hour) - timedelta(days=day) for day in range(10) for hour in range(8, 20)]
    arrival_rate = rate_of_first_document(dates, NOW)
    assert expected_rate(arrival_rate, NOW.replace(hour=10)) > 3 * expected_rate(arrival_rate, NOW.replace(hour=2))
    assert (
        plan_interval(arrival_rate, NOW.replace(hour=10), LIMITS) < plan_interval(arrival_rate, NOW.replace(hour=2), LIMITS) / 1.5
    )


def test_a_small_document_is_read_before_it_overflows() -> None:
    """Ten entries that are all replaced within half an hour are asked for before more than a few are new."""
    arrival_rate = rate_of_first_document(every(timedelta(minutes=3), 10), NOW)
    assert plan_interval(arrival_rate, NOW, LIMITS) <= 10 * 180 / 3


def test_the_operators_interval_overrides_everything() -> None:
    """`every` is kept to the second, without jitter and against the publisher's wishes."""
    limits = IntervalLimits(every_s=300)
    publisher_hints = PublisherHints(wait_s=7200, skip_hours=frozenset(range(24)))
    assert plan_interval(rate_of_first_document([], NOW), NOW, limits) == 300
    assert schedule_poll(300, publisher_hints, NOW, limits, jitter=0.9) == NOW + timedelta(seconds=300)


@given(
    wait=st.floats(1, 50_000),
    publisher_hints=st.builds(
        PublisherHints,
        wait_s=st.floats(0, 1e7),
        skip_hours=st.frozensets(st.integers(0, 23)),
        skip_days=st.frozensets(st.integers(0, 6)),
    ),
    jitter=st.floats(0, 1, exclude_max=True),
    minutes=st.integers(0, 20_000),
)
def test_wishes_are_granted_within_bounds(wait: float, publisher_hints: PublisherHints, jitter: float, minutes: int) -> None:
    """Never before the publisher's wait, never in a skipped hour if another one comes in time, and never later than the longest interval."""
    now = NOW + timedelta(minutes=minutes)
    at = schedule_poll(wait, publisher_hints, now, LIMITS, jitter=jitter)
    waited = (at - now).total_seconds()
    assert waited >= min(wait * 0.9, LIMITS.max_s) - 1e-6
    assert waited <= max(LIMITS.max_s, wait * 1.1) + 1e-6
    assert waited >= min(publisher_hints.wait_s, LIMITS.max_s) - 1e-6
    skipped = at.hour in publisher_hints.skip_hours or at.weekday() in publisher_hints.skip_days
    assert not skipped or waited >= min(LIMITS.max_s, max(LIMITS.max_s, wait * 0.9)) - 1e-6


@given(
    gaps=st.lists(st.tuples(st.floats(1, 1e6), st.integers(0, 40)), max_size=30),
    dates=st.lists(
        st.one_of(
            st.none(),
            st.integers(631152000, 1772755200).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        ),
        max_size=30,
    ),
)
def test_no_history_leads_out_of_bounds(gaps: list[tuple[float, int]], dates: list[datetime | None]) -> None:
    """Whatever a feed does, its interval stays between the limits."""
    now, arrival_rate = NOW, rate_of_first_document(dates, NOW)
    for gap, new in gaps:
        now += timedelta(seconds=gap)
        arrival_rate = update_rate(arrival_rate, [*[None] * new, *dates[:3]], new + 5, now)
        assert LIMITS.min_s <= plan_interval(arrival_rate, now, LIMITS) <= LIMITS.max_s


@pytest.mark.parametrize(("failures", "expected"), [(0, 600), (1, 1200), (2, 2400), (0.5, 849), (100, 21600)])
def test_failures_double_the_wait(failures: float, expected: float) -> None:
    """Up to the longest interval."""
    assert wait_after_failure(600, failures, LIMITS) == pytest.approx(expected, abs=1)


def test_a_slow_fixed_interval_is_never_shortened_by_failing() -> None:
    """A feed that is asked once a day is not asked every six hours because it fails."""
    assert wait_after_failure(None, 3, IntervalLimits(every_s=86400)) == 86400


def test_at_equal_requests_entries_are_found_in_half_the_time() -> None:
    """A simulated week: the adaptive plan has at most half the median delay of one interval for all."""
    chance = random.Random(7)
    rhythms = drawn_rhythms(chance)
    feeds = [simulate_feed(chance.choice(rhythms), chance) for _ in range(40)]
    fixed = fixed_week(feeds, 3600, chance)
    even = at_requests(feeds, fixed.per_day, 7)
    assert even.per_day <= fixed.per_day * 1.05
    assert even.median_s <= fixed.median_s / 2
    assert even.missed <= fixed.missed
    shipped = adaptive_week(feeds, LIMITS, chance)
    assert shipped.median_s < 300


@pytest.mark.parametrize("minutes", [15, 60])
def test_at_equal_requests_no_more_entries_are_missed(minutes: int) -> None:
    """A simulated week in which every feed has one burst: no more of its entries fall out of the document than with one interval for all."""
    chance = random.Random(8)
    rhythms = drawn_rhythms(chance)
    feeds = []
    for feed in [simulate_feed(chance.choice(rhythms), chance) for _ in range(40)]:
        peak = START + chance.random() * 6 * DAY_S
        feeds.append(SimulatedFeed(times=tuple(sorted([*feed.times, *(peak + 60 * number for number in range(30))])), size=10))
    fixed = fixed_week(feeds, minutes * 60, chance)
    even = at_requests(feeds, fixed.per_day, 8)
    assert even.per_day <= fixed.per_day * 1.05
    assert 0 < even.missed <= fixed.missed
