"""How long to wait before a feed is asked again: pure functions of what was seen, the limits, and one random number.

The plan minimises the mean delay of an entry for a given number of requests. With entries arriving at rate r and polls T apart, the delay costs
r·T/2 and the requests 1/T; over many feeds the sum of both is least when T is proportional to 1/√r (the square-root rule for crawling,
Cho and Garcia-Molina, "Effective page refresh policies", 2003). r is not constant: it follows the hour of the day, and it jumps when news breaks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

HALF_LIFE_H = 7 * 24.0
"""A week-old observation counts half: feeds change their habits slowly."""

EAGERNESS_S = 360.0
"""The interval of a feed with one entry an hour."""

_PRIOR_ENTRIES = 0.5
_PRIOR_HOURS = 6.0
_RECENT = 32
_BURST_ENTRIES = 3
_BURST_WINDOW_S = 900.0
_BURST_CHANCE = 0.002
_LARGEST_SHARE_NEW = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of the plan in seconds (`polling.min`, `polling.max`); `every` is the operator's fixed interval for this feed."""

    min_s: float = 60.0
    max_s: float = 6 * 3600.0
    every_s: float | None = None
    eagerness_s: float = EAGERNESS_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When entries arrived, in little space.

    `hourly` holds the decayed number of entries by hour of the UTC day (24 numbers, or none), `hours` the decayed time observed,
    `recent` the newest arrivals (Unix seconds, ascending), `size` the entries of the last document, `counted_at` when all this was true.
    """

    counted_at: float | None = None
    hours: float = 0.0
    hourly: tuple[float, ...] = ()
    recent: tuple[float, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the publisher asks for: seconds between polls, hours (0-23, UTC) and weekdays (0 is Monday) without polls."""

    wait_s: float = 0.0
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


def first_seen(published: Sequence[datetime | None], now: datetime) -> Rhythm:
    """The rhythm that the dates of a first document tell; entries without a date tell nothing."""
    times = sorted(t.timestamp() for t in published if t is not None and t <= now)
    empty = Rhythm(counted_at=now.timestamp(), size=len(published))
    if len(times) < 2:
        return empty
    span_h = min((now.timestamp() - times[0]) / 3600, 4 * HALF_LIFE_H)
    start = now.timestamp() - span_h * 3600
    return _counted(replace(empty, counted_at=start), [t for t in times if t > start], now)


def observe(rhythm: Rhythm, arrivals: Sequence[datetime | None], size: int, now: datetime) -> Rhythm:
    """`rhythm` after a poll that brought `arrivals` new entries (their dates, where they have one) in a document of `size`.

    A date between the last poll and this one is believed; any other entry is taken to have arrived halfway between.
    """
    last = rhythm.counted_at if rhythm.counted_at is not None else now.timestamp()
    middle = (last + now.timestamp()) / 2
    times = sorted(t.timestamp() if t is not None and last < t.timestamp() <= now.timestamp() else middle for t in arrivals)
    return replace(_counted(rhythm, times, now), size=size or rhythm.size)


def _counted(rhythm: Rhythm, times: Sequence[float], now: datetime) -> Rhythm:
    end = now.timestamp()
    elapsed_h = max(0.0, (end - (rhythm.counted_at if rhythm.counted_at is not None else end)) / 3600)
    fade = _fade(elapsed_h)
    hourly = [count * fade for count in rhythm.hourly or (0.0,) * 24]
    for t in times:
        hourly[int(t // 3600) % 24] += _fade(max(0.0, (end - t) / 3600))
    observed = (1 - fade) * HALF_LIFE_H / math.log(2)
    return replace(
        rhythm,
        counted_at=end,
        hours=rhythm.hours * fade + observed,
        hourly=tuple(round(count, 4) for count in hourly),
        recent=(*rhythm.recent, *(round(t) for t in times))[-_RECENT:],
    )


def _fade(hours: float) -> float:
    return math.exp(-math.log(2) * hours / HALF_LIFE_H)


def rate(rhythm: Rhythm, at: datetime) -> float:
    """Entries an hour to expect at `at`: the long-run mean, shaped by the hour of the day as far as there is evidence for a shape."""
    mean = (sum(rhythm.hourly) + _PRIOR_ENTRIES) / (rhythm.hours + _PRIOR_HOURS)
    if not rhythm.hourly:
        return mean
    hour = at.astimezone(UTC).hour
    here = sum(rhythm.hourly[(hour + step) % 24] * weight for step, weight in ((-1, 0.25), (0, 0.5), (1, 0.25)))
    return mean * (here * 24 + _SHAPE_EVIDENCE) / (sum(rhythm.hourly) + _SHAPE_EVIDENCE)


_SHAPE_EVIDENCE = 24.0
"""With this many entries seen, the hours of the day and the flat mean have equal say."""


def bursting(rhythm: Rhythm, now: datetime) -> bool:
    """Whether the last quarter of an hour brought so many entries that the usual rate does not explain them (Poisson, p < 0.002)."""
    end = now.timestamp()
    count = sum(1 for t in rhythm.recent if end - _BURST_WINDOW_S < t <= end)
    if count < _BURST_ENTRIES:
        return False
    expected = rate(rhythm, now) * _BURST_WINDOW_S / 3600
    return 1 - sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(count)) < _BURST_CHANCE


def interval(rhythm: Rhythm, now: datetime, limits: Limits) -> float:
    """Seconds until the next poll, without jitter and without the publisher's wishes; `every` overrides everything."""
    if limits.every_s is not None:
        return limits.every_s
    if bursting(rhythm, now):
        return limits.min_s
    planned = limits.eagerness_s / math.sqrt(rate(rhythm, now))
    ahead = rate(rhythm, now + timedelta(seconds=min(planned, limits.max_s)))
    planned = min(planned, limits.eagerness_s / math.sqrt(ahead))
    return max(limits.min_s, min(planned, _before_overflow(rhythm, now), limits.max_s))


def _before_overflow(rhythm: Rhythm, now: datetime) -> float:
    """Seconds in which a third of the document's entries is replaced at the pace of the newest ones: later, entries may be lost."""
    if rhythm.size < _BURST_ENTRIES or len(rhythm.recent) < _BURST_ENTRIES:
        return math.inf
    newest = rhythm.recent[-max(_BURST_ENTRIES, min(rhythm.size, len(rhythm.recent))) :]
    pace = len(newest) / max(now.timestamp() - newest[0], 1.0)
    return rhythm.size * _LARGEST_SHARE_NEW / pace


def next_poll(interval_s: float, wishes: Wishes, now: datetime, limits: Limits, *, spread: float) -> datetime:
    """When to poll again: `interval_s` jittered by up to a tenth with `spread` in [0, 1), then moved past what the publisher asked for.

    No wish reaches beyond `polling.max`, and none binds a feed whose interval the operator has fixed.
    """
    jittered = interval_s * (0.9 + 0.2 * spread)
    if limits.every_s is not None:
        return now + timedelta(seconds=interval_s)
    start = now + timedelta(seconds=max(jittered, min(wishes.wait_s, limits.max_s)))
    at, latest = start, now + timedelta(seconds=max(limits.max_s, jittered))
    while _skipped(at, wishes) and at < latest:
        at = (at + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return min(at, latest) if at != start else at


def _skipped(at: datetime, wishes: Wishes) -> bool:
    utc = at.astimezone(UTC)
    return utc.hour in wishes.skip_hours or utc.weekday() in wishes.skip_days


def after_failure(interval_s: float | None, failures: float, limits: Limits) -> float:
    """Seconds to wait after a failure: the usual interval, doubled for every unit of `failures`, up to `polling.max`."""
    usual = limits.every_s or interval_s or limits.min_s
    factor: float = 2.0 ** min(failures, 30.0)
    return min(usual * factor, max(limits.max_s, usual))
