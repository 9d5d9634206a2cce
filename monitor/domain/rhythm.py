"""Learn from a source's own habit after what time without anything new it is overdue.

A night and a weekend are no silence where the source always sleeps then. So the gap between two arrivals is measured in busy hours: an hour counts by how
much usually comes in this hour of the day and on this day of the week. Overdue is what is much longer than the longest gap of the last weeks; one gap
that was much longer than all others, such as that before an old entry that is still listed, does not count alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

HALF_LIFE_S: Final = 28 * 86400.0
"""A habit of four weeks ago counts half."""
LEAST_GAPS: Final = 4
_LEAST_RARE_GAPS, _RARE_H = 1.0, 14 * 24.0
"""With fewer gaps seen lately nothing can be said; fewer suffice for a source that has been known for weeks and brings little."""
_LONGEST_TIMES, _SECOND_TIMES, _MEAN_TIMES = 2.7, 4.0, 2.0
_MOST_TIMES, _FEW_GAPS = 2.9, 3.0
"""At most so many times the longest gap, more where few gaps are known. `bench/silence_month.py` shows what these figures lead to."""
_SHORTEST_S: Final = 3600.0
_SHAPE_EVIDENCE: Final = 14.0
_DELAYS_KEPT: Final = 15
_WORSE_TIMES: Final = 4.0
_WORSE_BY_S: Final = 600.0
_FOLLOW: Final = 1 / 60
"""How much of a new delay the usual one takes over: about sixty entries make another habit."""

_LONGEST_WAIT_S: Final = 400 * 86400.0
_HOUR: Final = 3600
_WEEK_H: Final = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What is kept of a source's habit.

    `hourly` and `daily` count arrivals by hour (24) and weekday (7, 0 is Monday) of UTC, `gaps` the gaps between them and `busy_h` their sum in busy
    hours, all decayed; `longest_h` is the longest gap, `second_h` the next. `last` is the newest arrival, a Unix time; `delays` are the newest times in seconds from
    an entry's own date until it was read, and `usual_delay_s` is what they are in the long run.
    """

    hourly: tuple[float, ...] = (0.0,) * 24
    daily: tuple[float, ...] = (0.0,) * 7
    gaps: float = 0.0
    busy_h: float = 0.0
    longest_h: float = 0.0
    second_h: float | None = None
    last: float | None = None
    delays: tuple[float, ...] = ()
    usual_delay_s: float | None = None

    @property
    def late_p50_s(self) -> float | None:
        """The median of the newest delays; None without any."""
        return median(self.delays) if self.delays else None

    @property
    def late_p95_s(self) -> float | None:
        """The delay that one in twenty of the newest exceeds; None without any."""
        return sorted(self.delays)[math.ceil(0.95 * len(self.delays)) - 1] if self.delays else None

    @property
    def late_usual_s(self) -> float | None:
        """What the median was in the long run, if that of the newest is clearly worse; None otherwise."""
        newest, usual = self.late_p50_s, self.usual_delay_s
        if newest is None or usual is None or len(self.delays) < _DELAYS_KEPT:
            return None
        return usual if newest > max(_WORSE_TIMES * usual, usual + _WORSE_BY_S) else None

    def overdue_after_s(self) -> float | None:
        """Return how long after the last arrival the source is overdue; None while too little is known."""
        if self.last is None or self.gaps < (_LEAST_RARE_GAPS if self.busy_h >= _RARE_H else LEAST_GAPS):
            return None
        mean = _MEAN_TIMES * self.busy_h / self.gaps
        allowed = min(_LONGEST_TIMES * self.longest_h + mean, _MOST_TIMES * self.longest_h * (1 + _FEW_GAPS / self.gaps))
        if self.second_h is not None:
            allowed = min(allowed, _SECOND_TIMES * self.second_h + mean)
        return min(max(_SHORTEST_S, _wall_s(_weights(self), self.last, allowed)), _LONGEST_WAIT_S)


def observe(rhythm: Rhythm, arrivals: Sequence[float], delays: Sequence[float] = ()) -> Rhythm:
    """Return the rhythm after arrivals at these times; those of one moment count once."""
    for at in sorted(set(arrivals)):
        rhythm = _observe_one(rhythm, at)
    believed = [delay for delay in delays if delay >= 0]
    usual = rhythm.usual_delay_s
    for delay in believed:
        usual = _followed(usual, delay)
    return replace(rhythm, delays=(*rhythm.delays, *believed)[-_DELAYS_KEPT:], usual_delay_s=usual)


def _followed(usual: float | None, delay: float) -> float:
    """Return the usual delay after another one: by its logarithm, so that a single late entry moves it little."""
    if usual is None:
        return delay
    return math.exp((1 - _FOLLOW) * math.log(1 + usual) + _FOLLOW * math.log(1 + delay)) - 1


def _observe_one(rhythm: Rhythm, at: float) -> Rhythm:
    last = rhythm.last
    if last is None or at > last:
        elapsed = 0.0 if last is None else at - last
        decay = math.exp(-math.log(2) * elapsed / HALF_LIFE_S)
        gap = 0.0 if last is None else _busy_hours(_weights(rhythm), last, at)
        longest = sorted((gap, rhythm.longest_h * decay, (rhythm.second_h or 0.0) * decay), reverse=True)
        hour, day = _hour_and_day(at)
        return Rhythm(
            hourly=tuple(count * decay + (index == hour) for index, count in enumerate(rhythm.hourly)),
            daily=tuple(count * decay + (index == day) for index, count in enumerate(rhythm.daily)),
            gaps=rhythm.gaps * decay + (last is not None),
            busy_h=rhythm.busy_h * decay + gap,
            longest_h=longest[0],
            second_h=longest[1] or None,
            last=at,
            delays=rhythm.delays,
            usual_delay_s=rhythm.usual_delay_s,
        )
    return rhythm


def _weights(rhythm: Rhythm) -> tuple[float, ...]:
    """Return how much each of the 168 hours of the week counts, 1 on average; the fewer arrivals are known, the more alike they are."""
    hours, days, total = rhythm.hourly, rhythm.daily, sum(rhythm.hourly)
    smooth = [hours[hour - 1] * 0.25 + hours[hour] * 0.5 + hours[(hour + 1) % 24] * 0.25 for hour in range(24)]
    by_hour = [(count * 24 + _SHAPE_EVIDENCE) / (total + _SHAPE_EVIDENCE) for count in smooth]
    by_day = [(count * 7 + _SHAPE_EVIDENCE) / (total + _SHAPE_EVIDENCE) for count in days]
    return tuple(by_day[index // 24] * by_hour[index % 24] for index in range(_WEEK_H))


def _hour_of_week(at: float) -> int:
    # The epoch began on a Thursday.
    return (int(at // _HOUR) + 3 * 24) % _WEEK_H


def _hour_and_day(at: float) -> tuple[int, int]:
    index = _hour_of_week(at)
    return index % 24, index // 24


def _busy_hours(weights: Sequence[float], start: float, end: float) -> float:
    """Return the busy hours between two times."""
    weeks, rest = divmod(end - start, _WEEK_H * _HOUR)
    total, at = weeks * sum(weights), end - rest
    while at < end:
        step = min((at // _HOUR + 1) * _HOUR, end)
        total += weights[_hour_of_week(at)] * (step - at) / _HOUR
        at = step
    return total


def _wall_s(weights: Sequence[float], start: float, busy_h: float) -> float:
    """Return the seconds from `start` until so many busy hours have passed."""
    weeks, rest = divmod(busy_h, sum(weights))
    at = begin = start + weeks * _WEEK_H * _HOUR
    while rest > 0:
        step = (at // _HOUR + 1) * _HOUR
        weight = weights[_hour_of_week(at)]
        there = weight * (step - at) / _HOUR
        if there >= rest:
            return at + rest / weight * _HOUR - start
        rest, at = rest - there, step
        if at - begin > 2 * _WEEK_H * _HOUR:
            break
    return at - start
