"""Decide when a series is suddenly everywhere, and when that is over. Pure; times are hours since 1970, UTC.

The stories of the last one, three and six hours are held against what is usual by a negative binomial distribution: how unlikely is it that chance alone
brings so many? Chernoff's bound on that is the score; no quantile has to be computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from workers.trends.baseline import SeriesBaseline, Volume, in_last

WINDOWS: Final = (1, 3, 6)
LAG_H: Final = WINDOWS[-1]
"""Hours that are still being looked at, and not yet counted as usual."""
LEAST_STORIES: Final = 4
LEAST_RISE: Final = 2.5
OFTEN: Final = 1000.0
"""Stories as they are remembered, about three an hour, from which on a series is named often."""
LEAST_SCORE: Final = 14.5
LEAST_SCORE_OFTEN: Final = 11.5
"""A chance of one in two million by the bound, and of one in a hundred thousand where a series is named often: of these there are few."""
CALM_RISE: Final = 1.7
CALM_AFTER_H: Final = 1.0
LEARNING_H: Final = 72.0
"""A series must have been watched for so many hours' worth of stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstReading:
    """The stories of a series in the last `hours`, and how many are usual."""

    hours: int
    stories: int
    usual: float
    score: float

    @property
    def rise(self) -> float:
        """How many times as many as usual."""
        return self.stories / max(self.usual, 0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A burst that has begun: how it was noticed, and the most stories in an hour so far."""

    started: float
    reading: BurstReading
    peak: int
    peak_at: float
    ended: float | None = None


def read_windows(
    times: Sequence[float], now: float, baseline: SeriesBaseline, volume: Volume, analysed: Callable[[int], int]
) -> tuple[BurstReading, ...]:
    """Return the readings of all windows that end now. `times` are those of the distinct stories, `analysed(hours)` counts all stories of the last hours."""
    readings = []
    for hours in WINDOWS:
        stories = in_last(times, now, hours)
        usual = baseline.expected(math.ceil(now) - 1, hours, analysed(hours), volume)
        readings.append(BurstReading(hours=hours, stories=stories, usual=usual, score=surprise(stories, usual, baseline.doubt)))
    return tuple(readings)


def surprise(stories: int, usual: float, dispersion: float) -> float:
    """Return the negative logarithm of Chernoff's bound on the chance of so many stories or more; 0 for what is not more than usual."""
    if stories <= usual or usual <= 0:
        return 0.0
    return stories * math.log(stories / usual) - (stories + 1 / dispersion) * math.log(
        (1 + dispersion * stories) / (1 + dispersion * usual)
    )


def begins(
    times: Sequence[float], now: float, baseline: SeriesBaseline, volume: Volume, analysed: Callable[[int], int]
) -> Burst | None:
    """Return the burst that begins with the newest story of a series; None if there is none."""
    if len(times) < LEAST_STORIES or baseline.watched(volume) < LEARNING_H:
        return None
    least = LEAST_SCORE_OFTEN if baseline.stories >= OFTEN else LEAST_SCORE
    found = [
        one
        for one in read_windows(times, now, baseline, volume, analysed)
        if one.stories >= LEAST_STORIES and one.rise >= LEAST_RISE and one.score >= least
    ]
    if not found:
        return None
    peak = in_last(times, now, 1)
    return Burst(started=now, reading=max(found, key=lambda one: one.score), peak=peak, peak_at=now)


def goes_on(
    burst: Burst, times: Sequence[float], now: float, baseline: SeriesBaseline, volume: Volume, analysed: Callable[[int], int]
) -> Burst:
    """Return a burst as it is now: with its peak, and ended if the last three hours are as usual."""
    in_an_hour = in_last(times, now, 1)
    if in_an_hour > burst.peak:
        burst = replace(burst, peak=in_an_hour, peak_at=now)
    calm = read_windows(times, now, baseline, volume, analysed)[1]
    few = calm.stories < LEAST_STORIES or calm.rise < CALM_RISE
    return replace(burst, ended=now) if few and now - burst.started >= CALM_AFTER_H else burst
