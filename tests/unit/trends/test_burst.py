"""When a series is suddenly everywhere, and when it is not."""

from __future__ import annotations

import pytest

from workers.trends.baseline import SeriesBaseline, Volume
from workers.trends.burst import Burst, begins, goes_on, surprise
from workers.trends.follow import packed_baseline, packed_volume, unpacked_baseline, unpacked_volume

START = 490_000
AN_HOUR = 100


def learned(hours: int, *, an_hour: int, at_noon: int = 0) -> tuple[Volume, SeriesBaseline]:
    """What is usual after so many hours; at noon there are so many more."""
    volume, baseline = Volume(), SeriesBaseline.begin(Volume(), START)
    for hour in range(START, START + hours):
        baseline.add(hour, an_hour + (at_noon if hour % 24 == 12 else 0), volume, AN_HOUR)
        volume.add(hour, AN_HOUR)
    return volume, baseline


def times(number: int, now: float) -> list[float]:
    """As many stories in the last half hour."""
    return [now - 0.5 + 0.5 * place / number for place in range(1, number + 1)]


@pytest.mark.parametrize(("stories", "analysed", "bursts"), [(30, 130, True), (7, 100, False), (30, 1000, False), (3, 100, False)])
def test_a_burst_is_more_of_all_stories_than_usual(*, stories: int, analysed: int, bursts: bool) -> None:
    """Ten times as loud a day is none."""
    volume, baseline = learned(240, an_hour=3)
    now = START + 240.5
    assert (begins(times(stories, now), now, baseline, volume, lambda _: analysed) is not None) == bursts


def test_what_comes_every_noon_is_no_burst() -> None:
    """The same number at another hour is one."""
    volume, baseline = learned(24 * 21, an_hour=1, at_noon=25)
    noon = START + 24 * 21 + (12 - START) % 24 + 0.9
    assert begins(times(25, noon), noon, baseline, volume, lambda hours: AN_HOUR * hours) is None
    night = noon + 12
    assert begins(times(25, night), night, baseline, volume, lambda hours: AN_HOUR * hours) is not None


def test_nothing_bursts_while_it_is_learned() -> None:
    """A term that was added yesterday."""
    volume, baseline = learned(30, an_hour=3)
    now = START + 30.5
    assert begins(times(40, now), now, baseline, volume, lambda _: AN_HOUR) is None


def test_a_burst_has_a_peak_and_an_end() -> None:
    """The end is when three hours are as usual."""
    volume, baseline = learned(240, an_hour=3)
    now = START + 240.5
    burst = begins(times(30, now), now, baseline, volume, lambda _: 130)
    assert isinstance(burst, Burst)
    louder = goes_on(burst, times(50, now + 0.25), now + 0.25, baseline, volume, lambda _: 150)
    assert (louder.peak, louder.ended) == (50, None)
    over = goes_on(louder, times(50, now + 0.25), now + 5, baseline, volume, lambda _: 300)
    assert over.ended == now + 5


def test_no_more_than_usual_is_no_surprise() -> None:
    """And more is more of a surprise."""
    assert surprise(3, 3.0, 0.1) == surprise(0, 0.0, 0.1) == 0.0
    assert surprise(20, 3.0, 0.1) > surprise(10, 3.0, 0.1) > 0


def test_what_is_usual_can_be_stored() -> None:
    """And read again as it was."""
    volume, baseline = learned(50, an_hour=2)
    assert unpacked_volume(packed_volume(volume)) == volume
    assert unpacked_baseline(packed_baseline(baseline)) == baseline
    assert unpacked_volume(None) == Volume()
