"""After what time a source is overdue, by its own habit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.rhythm import Rhythm, observe

MONDAY = datetime(2024, 3, 4, tzinfo=UTC)
HOUR_S = 3600.0


def _office_hours(weeks: int) -> list[float]:
    """An entry an hour from 8 to 17 o'clock, Monday to Friday."""
    days = (MONDAY + timedelta(days=day) for day in range(7 * weeks))
    return [(day + timedelta(hours=hour)).timestamp() for day in days if day.weekday() < 5 for hour in range(8, 18)]


def test_nothing_is_said_of_a_source_that_is_hardly_known() -> None:
    """A few entries are no habit."""
    assert Rhythm().overdue_after_s() is None
    assert observe(Rhythm(), [MONDAY.timestamp() + hour * HOUR_S for hour in range(3)]).overdue_after_s() is None


def test_a_night_and_a_weekend_are_no_silence() -> None:
    """After the last entry of a Friday there is none until Monday; after the first of a Tuesday one is missed the same day."""
    times = _office_hours(5)
    friday = observe(Rhythm(), times).overdue_after_s()
    assert friday is not None
    assert times[-1] + friday > (MONDAY + timedelta(days=35, hours=8)).timestamp()
    tuesday = observe(Rhythm(), times[: -10 * 4 + 1]).overdue_after_s()
    assert tuesday is not None
    assert tuesday < friday


def test_a_steady_source_is_missed_within_three_of_its_gaps() -> None:
    """Forty a day, then nothing: seen in hours, not in weeks."""
    times = [MONDAY.timestamp() + number * 36 * 60 for number in range(40 * 28)]
    after = observe(Rhythm(), times).overdue_after_s()
    assert after is not None
    assert after < 6 * HOUR_S


def test_a_document_of_years_ago_is_overdue_at_once() -> None:
    """What was read today may have ended long ago."""
    times = [(MONDAY - timedelta(days=3 * 365 - day)).timestamp() for day in range(20)]
    after = observe(Rhythm(), times).overdue_after_s()
    assert after is not None
    assert times[-1] + after < MONDAY.timestamp()


def test_the_median_of_the_delays() -> None:
    """One entry that came late is no habit."""
    assert observe(Rhythm(), [1.0], [5.0, 900.0, 7.0]).late_p50_s == 7.0
    assert Rhythm().late_p50_s is None


@given(st.lists(st.floats(min_value=0, max_value=4e9), max_size=60))
def test_any_times_give_a_time_or_none(times: list[float]) -> None:
    """Whatever dates a document holds."""
    after = observe(Rhythm(), times).overdue_after_s()
    assert after is None or HOUR_S <= after <= 400 * 86400


def test_one_old_entry_hides_no_silence() -> None:
    """A page that is still listed from a year ago is no gap that is to be waited for again, and less than two months for it."""
    daily = [MONDAY.timestamp() + day * 24 * HOUR_S for day in range(20)]
    after = observe(Rhythm(), [daily[0] - 365 * 24 * HOUR_S, *daily]).overdue_after_s()
    assert after is not None
    assert after < 60 * 24 * HOUR_S


def test_a_source_that_brings_little_is_known_after_some_weeks() -> None:
    """A bulletin a month: its end is seen within three months."""
    monthly = [MONDAY.timestamp() + month * 30 * 24 * HOUR_S for month in range(6)]
    after = observe(Rhythm(), monthly).overdue_after_s()
    assert after is not None
    assert 40 * 24 * HOUR_S < after < 150 * 24 * HOUR_S


def test_lateness_that_worsens_clearly_is_noticed() -> None:
    """By the median of the newest entries beside the long run; one late entry, or a slow source, is no alarm."""
    steady = observe(Rhythm(), [1.0], [60.0] * 40)
    assert (steady.late_p50_s, steady.late_p95_s, steady.late_usual_s) == (60.0, 60.0, None)
    once = observe(steady, [2.0], [7200.0])
    assert (once.late_p95_s, once.late_usual_s) == (7200.0, None)
    worse = observe(steady, [2.0], [3600.0] * 8)
    assert worse.late_usual_s is not None
    assert 55 < worse.late_usual_s < 150
    assert observe(steady, [2.0], [240.0] * 15).late_usual_s is None
    assert observe(worse, [3.0], [3600.0] * 120).late_usual_s is None
