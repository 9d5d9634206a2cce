"""Plan when a feed is polled again: pure functions of the arrivals seen, the limits, and one random number.

The plan minimises the mean delay of an entry for a given number of requests. With entries arriving at rate r and polls T apart, the delay costs
r·T/2 and the requests 1/T; over many feeds the sum of both is least when T is proportional to 1/√r (the square-root rule for crawling,
Cho and Garcia-Molina, "Effective page refresh policies", 2003). r is not constant: it follows the hour of the day, and it jumps when news breaks.

By that rule alone a quiet feed is polled so rarely that a burst may push its own first entries out of the document before the next poll.
So missed entries have a price, too. A burst that fills the document in a time F begins at any moment between two polls with equal chance; later polls
follow it, so on average (T - F)²/2T of its length is lost, nothing while T ≤ F. With E²/2T for the requests and the weight w for what is lost,
r·T/2 + E²/2T + w·(T - F)²/2T is least at T² = (E² + w·F²) / (r + w): the square-root rule where w is 0, and F where w outweighs all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

HALF_LIFE_H = 7 * 24.0
"""A week-old observation counts half, since feeds change their habits slowly."""

TARGET_DELAY_S = 360.0
"""The interval of a feed with one entry an hour."""

_PRIOR_ENTRIES = 0.5
_PRIOR_HOURS = 6.0
_RECENT = 32
_BURST_ENTRIES = 3
_BURST_WINDOW_S = 900.0
_BURST_CHANCE = 0.002
_LARGEST_SHARE_NEW = 1 / 3

_MISSING_WEIGHT = 0.35
"""The price of entries lost in a burst, as entries an hour whose delay costs as much; fitted with bench/cadence_week.py on half of the feeds."""

_SUDDEN_PER_HOUR = 60.0
"""The rate of the burst that is expected of any feed; the longer it must last to overflow the document, the less likely it is (Zipf)."""

_SMALL_DOCUMENT = 10
"""A document of fewer entries probably still grows before it overflows."""

_SHAPE_EVIDENCE = 24.0
"""With this many entries seen, the hours of the day and the flat mean have equal weight."""

_RECOUNT_EVERY_S = 6 * 3600.0
"""Polls without new entries change only a time stamp; the counts decay in steps of this length."""

_LONG_SILENCE_S = 14 * 86400.0
"""After this long without an entry, the next one is expected after as long again; the rate before no longer counts."""

_NO_HOURS = (0.0,) * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalLimits:
    """The bounds of the plan in seconds (`polling.min`, `polling.max`); `every` is the operator's fixed interval for this feed."""

    min_s: float = 60.0
    max_s: float = 6 * 3600.0
    every_s: float | None = None
    target_delay_s: float = TARGET_DELAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRate:
    """When entries arrived, in little space.

    `hourly` holds the decayed number of entries by hour of the UTC day (24 numbers, or none), `hours` the decayed time observed,
    `recent` the newest arrivals (Unix seconds, ascending), `size` the entries of the last document; `counted_at` is the last poll,
    `recounted_at` when the counts were last updated, `since` when the observation began.
    """

    since: float | None = None
    counted_at: float | None = None
    recounted_at: float | None = None
    hours: float = 0.0
    hourly: tuple[float, ...] = ()
    recent: tuple[float, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherHints:
    """What the publisher asks for: seconds between polls, and hours (0-23, UTC) and weekdays (0 is Monday) without polls."""

    wait_s: float = 0.0
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


NO_HINTS = PublisherHints()
_KNOWN_RHYTHM = 3


def applicable_hints(arrival_rate: ArrivalRate, publisher_hints: PublisherHints) -> PublisherHints:
    """Return the hints while too few entries were seen to know the feed's rhythm: templates carry hints that nobody has thought about."""
    return publisher_hints if len(arrival_rate.recent) < _KNOWN_RHYTHM else NO_HINTS


def rate_of_first_document(published: Sequence[datetime | None], now: datetime) -> ArrivalRate:
    """Estimate the arrival rate from the dates in a first document; entries without a date are ignored."""
    end = now.timestamp()
    times = sorted(t.timestamp() for t in published if t is not None and t <= now)
    if len(times) < 2:
        return ArrivalRate(since=end, counted_at=end, recounted_at=end, size=len(published))
    start = max(times[0], end - 4 * HALF_LIFE_H * 3600)
    begun = ArrivalRate(since=start, counted_at=start, recounted_at=start, size=len(published), recent=tuple(times[-1:]))
    return _recount(replace(begun, recent=()) if times[-1] > start else begun, [t for t in times if t > start], end)


def update_rate(arrival_rate: ArrivalRate, arrivals: Sequence[datetime | None], size: int, now: datetime) -> ArrivalRate:
    """Update the arrival rate after a poll.

    `arrivals` are the dates of the new entries, None for one without; `size` counts all entries of the document, 0 if there was none.
    A date between the last poll and this one is believed; any other entry is assumed to have arrived halfway between.
    """
    end = now.timestamp()
    last = arrival_rate.counted_at if arrival_rate.counted_at is not None else end
    if size and size != arrival_rate.size:
        arrival_rate = replace(arrival_rate, size=size)
    if not arrivals and end - (arrival_rate.recounted_at or 0.0) < _RECOUNT_EVERY_S:
        return replace(arrival_rate, counted_at=end)
    middle = (last + end) / 2
    stamps = [middle if t is None else t.timestamp() for t in arrivals]
    return _recount(arrival_rate, sorted(t if last < t <= end else middle for t in stamps), end)


def _recount(arrival_rate: ArrivalRate, times: Sequence[float], end: float) -> ArrivalRate:
    """Update the counts to the time `end`, with arrivals at `times` (ascending)."""
    elapsed_h = max(0.0, (end - (arrival_rate.recounted_at if arrival_rate.recounted_at is not None else end)) / 3600)
    decay = _decay(elapsed_h)
    hourly = [count * decay for count in arrival_rate.hourly or _NO_HOURS]
    for t in times:
        hourly[int(t // 3600) % 24] += _decay(max(0.0, (end - t) / 3600))
    return ArrivalRate(
        since=end if arrival_rate.since is None else arrival_rate.since,
        counted_at=end,
        recounted_at=end,
        hours=arrival_rate.hours * decay + (1 - decay) * HALF_LIFE_H / math.log(2),
        hourly=tuple(hourly),
        recent=(*arrival_rate.recent, *times)[-_RECENT:],
        size=arrival_rate.size,
    )


def _decay(hours: float) -> float:
    return math.exp(-math.log(2) * hours / HALF_LIFE_H)


def expected_rate(arrival_rate: ArrivalRate, at: datetime) -> float:
    """Return the entries an hour to expect at `at`: the long-run mean, adjusted for the hour of the day the more entries have been seen."""
    return _rate(arrival_rate, at.timestamp())


def _rate(arrival_rate: ArrivalRate, at: float) -> float:
    if not arrival_rate.hourly:
        return _PRIOR_ENTRIES / _PRIOR_HOURS
    total = sum(arrival_rate.hourly)
    uncounted = max(0.0, at - (arrival_rate.recounted_at or at)) / 3600
    mean = (total + _PRIOR_ENTRIES) / (arrival_rate.hours + min(uncounted, _RECOUNT_EVERY_S / 3600) + _PRIOR_HOURS)
    last = arrival_rate.recent[-1] if arrival_rate.recent else arrival_rate.since
    if last is not None and at - last > _LONG_SILENCE_S:
        mean = min(mean, 3600 / (at - last))
    hour = int(at // 3600) % 24
    here = arrival_rate.hourly[hour - 1] * 0.25 + arrival_rate.hourly[hour] * 0.5 + arrival_rate.hourly[(hour + 1) % 24] * 0.25
    return mean * (here * 24 + _SHAPE_EVIDENCE) / (total + _SHAPE_EVIDENCE)


def is_bursting(arrival_rate: ArrivalRate, now: datetime) -> bool:
    """Return whether the last quarter of an hour brought more entries than the usual rate explains (Poisson, p < 0.002)."""
    end = now.timestamp()
    if len(arrival_rate.recent) < _BURST_ENTRIES or arrival_rate.recent[-_BURST_ENTRIES] <= end - _BURST_WINDOW_S:
        return False
    count = sum(1 for t in arrival_rate.recent if end - _BURST_WINDOW_S < t <= end)
    expected = _rate(arrival_rate, end) * _BURST_WINDOW_S / 3600
    return 1 - sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(count)) < _BURST_CHANCE


def plan_interval(arrival_rate: ArrivalRate, now: datetime, limits: IntervalLimits) -> float:
    """Return the seconds until the next poll, without jitter and publisher hints; `every` overrides everything."""
    if limits.every_s is not None:
        return limits.every_s
    if is_bursting(arrival_rate, now):
        return limits.min_s
    end = now.timestamp()
    risks = (_sudden_burst(arrival_rate), _repeated_burst(arrival_rate, end))
    planned = _planned(_rate(arrival_rate, end), risks, limits)
    ahead = _planned(_rate(arrival_rate, end + min(planned, limits.max_s)), risks, limits)
    return max(limits.min_s, min(planned, ahead, _before_overflow(arrival_rate, end), limits.max_s))


def _planned(rate: float, risks: Sequence[tuple[float, float]], limits: IntervalLimits) -> float:
    """Return the seconds between polls at `rate` entries an hour: the shortest that any of the `risks` requires.

    A risk is a weight and the time in which the document fills.
    """
    requests = limits.target_delay_s**2
    shortest = requests / rate
    for weight, fill_s in risks:
        if shortest > fill_s**2:
            shortest = min(shortest, (requests + weight * fill_s**2) / (rate + weight))
    return math.sqrt(shortest)


def _sudden_burst(arrival_rate: ArrivalRate) -> tuple[float, float]:
    size = max(arrival_rate.size, _SMALL_DOCUMENT)
    return _MISSING_WEIGHT / size, size * 3600 / _SUDDEN_PER_HOUR


def _repeated_burst(arrival_rate: ArrivalRate, end: float) -> tuple[float, float]:
    """Return the risk that the fastest overflow among the newest arrivals happens again, the less likely the longer ago it was."""
    recent = arrival_rate.recent
    count = min(arrival_rate.size, len(recent))
    if count < _BURST_ENTRIES or 2 * count < arrival_rate.size:
        return 0.0, math.inf
    span, began = min((after - before, -before) for before, after in zip(recent, recent[count - 1 :], strict=False))
    return _MISSING_WEIGHT * _decay(max(0.0, end + began) / 3600), span * arrival_rate.size / count


def _before_overflow(arrival_rate: ArrivalRate, end: float) -> float:
    """Return the seconds in which a third of the document is replaced at the pace of the newest 1, 2, 4 … entries, whichever is fastest.

    So one unexpected entry is followed by another poll soon: a burst that has just begun shows no more than that.
    """
    newest, count, size = arrival_rate.recent, 1, arrival_rate.size
    if size < _BURST_ENTRIES:
        return math.inf
    per_entry = math.inf
    while count <= min(size, len(newest)):
        per_entry = min(per_entry, max(end - newest[-count], 3600 / _SUDDEN_PER_HOUR) / count)
        count *= 2
    return size * _LARGEST_SHARE_NEW * per_entry


def schedule_poll(
    interval_s: float, publisher_hints: PublisherHints, now: datetime, limits: IntervalLimits, *, jitter: float
) -> datetime:
    """Return when to poll again: after `interval_s`, jittered by up to a tenth with `jitter` in [0, 1), but not when the publisher asks not to.

    Publisher hints delay a poll to `polling.max` at most, and do not apply to a feed whose interval the operator has fixed.
    """
    jittered = interval_s * (0.9 + 0.2 * jitter)
    if limits.every_s is not None:
        return now + timedelta(seconds=interval_s)
    start = now + timedelta(seconds=max(jittered, min(publisher_hints.wait_s, limits.max_s)))
    at, latest = start, now + timedelta(seconds=max(limits.max_s, jittered))
    while _skipped(at, publisher_hints) and at < latest:
        at = (at + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return min(at, latest) if at != start else at


def _skipped(at: datetime, publisher_hints: PublisherHints) -> bool:
    utc = at.astimezone(UTC)
    return utc.hour in publisher_hints.skip_hours or utc.weekday() in publisher_hints.skip_days


def wait_after_failure(interval_s: float | None, failures: float, limits: IntervalLimits) -> float:
    """Return the seconds to wait after a failure: the usual interval, doubled for every unit of `failures`, up to `polling.max`."""
    usual = limits.every_s or interval_s or limits.min_s
    factor: float = 2.0 ** min(failures, 30.0)
    return min(usual * factor, max(limits.max_s, usual))
