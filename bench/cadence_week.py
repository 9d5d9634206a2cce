"""A simulated week of 2 000 feeds: how late entries are found, and at what price, beside fixed intervals.

    python bench/cadence_week.py [--feeds 2000] [--seed 1] [--half design|held-out] [--burst 30 --burst-minutes 30]

With $NEWS_MONITOR_CORPORA the rhythms are those of its real feeds (the dates of their entries, repeated with their hours of the day and a
little noise); without it they are drawn at random. The plan's constants were chosen with one half of the real rhythms (`--half design`); the other
half was held out. One feed in twenty has a burst on top, at a random moment, which nothing in its history announces. No clock, no network: the plan is asked when to poll next, and time jumps there.
"""

from __future__ import annotations

import argparse
import bisect
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain import cadence
from monitor.domain.cadence import IntervalLimits, PublisherHints

START = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
DAY_S = 86400.0
WEEK_S = 7 * DAY_S
HISTORY_S = 60 * DAY_S
BURST_CHANCE = 0.05
SPLIT = 99
"""The seed that parts the rhythms into the two halves; a constant, so that the halves stay what they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """News that breaks: so many entries in so many seconds."""

    entries: int = 30
    length_s: float = 1800.0


BURST = Burst()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFeed:
    """Publication times (Unix seconds, ascending, from before the week to its end) and the entries a document holds."""

    times: tuple[float, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A week under one plan: the delay of every entry that was found (seconds), polls, and entries that were never seen."""

    delays: tuple[float, ...]
    polls: int
    missed: int
    feeds: int

    @property
    def per_day(self) -> float:
        """Requests per feed and day."""
        return self.polls / self.feeds / 7

    @property
    def missed_share(self) -> float:
        """Entries that were never seen, of all."""
        return self.missed / (self.missed + len(self.delays))

    @property
    def median_s(self) -> float:
        """The median delay from publication to fetch."""
        return statistics.median(self.delays)

    @property
    def mean_s(self) -> float:
        """The mean delay."""
        return statistics.fmean(self.delays)


def real_rhythms(corpora: Path) -> list[list[float]]:
    """The dates of the real feeds of the corpora, ascending, at least eight a feed and not all from one moment."""
    found = []
    for line in (corpora / "feeds" / "oracle.jsonl").read_text().splitlines():
        entries = json.loads(line).get("entries") or []
        texts = [
            next((e[name] for name in ("published", "date", "published_or_updated", "updated") if isinstance(e.get(name), str)), "")
            for e in entries
        ]
        times = sorted({datetime.fromisoformat(text).timestamp() for text in texts if text})
        if len(times) >= 8 and times[-1] - times[0] > 3600:
            found.append(times)
    return found


def half_of(rhythms: Sequence[Sequence[float]], which: str) -> list[Sequence[float]]:
    """The rhythms of the half `which` ("design" or "held-out"); equal ones are never in both."""
    distinct = sorted({tuple(arrival_rate) for arrival_rate in rhythms})
    random.Random(SPLIT).shuffle(distinct)
    kept = set(distinct[0 if which == "design" else 1 :: 2])
    return [arrival_rate for arrival_rate in rhythms if tuple(arrival_rate) in kept]


def drawn_rhythms(chance: random.Random) -> list[list[float]]:
    """Rhythms from a log-normal spread of rates, most of the entries between 6 and 20 o'clock and on weekdays."""
    found = []
    for _ in range(150):
        per_day = min(300.0, max(0.03, chance.lognormvariate(0.0, 2.2)))
        times: list[float] = []
        t = 0.0
        while len(times) < 60:
            t += chance.expovariate(per_day / DAY_S * 1.6)
            hour, day = t % DAY_S / 3600, int(t // DAY_S) % 7
            if chance.random() < (1.0 if 6 <= hour < 20 else 0.25) * (1.0 if day < 5 else 0.5):
                times.append(t)
        found.append(times)
    return found


def simulate_feed(arrival_rate: Sequence[float], chance: random.Random, burst: Burst = BURST) -> SimulatedFeed:
    """Repeat a rhythm over history and week, whole days apart, with noise; one feed in twenty has a burst."""
    span = max(1.0, -(-(arrival_rate[-1] - arrival_rate[0]) // DAY_S)) * DAY_S
    if span > WEEK_S:
        span = -(-span // WEEK_S) * WEEK_S
    begin, end = START - max(HISTORY_S, span), START + WEEK_S
    base = begin - begin % DAY_S + arrival_rate[0] % DAY_S + chance.randrange(int(span // DAY_S)) * DAY_S - span
    times = []
    while base < end:
        times += [base + t - arrival_rate[0] + chance.uniform(-900, 900) for t in arrival_rate]
        base += span
    if chance.random() < BURST_CHANCE:
        peak = START + chance.random() * WEEK_S
        times += [peak + chance.random() * burst.length_s for _ in range(burst.entries)]
    return SimulatedFeed(times=tuple(sorted(t for t in times if t < end)), size=min(60, max(10, len(arrival_rate))))


def adaptive_week(feeds: Sequence[SimulatedFeed], limits: IntervalLimits, chance: random.Random) -> Outcome:
    """The week under the daemon's plan."""
    return _week(feeds, lambda feed: _adaptive_polls(feed, limits, chance))


def fixed_week(feeds: Sequence[SimulatedFeed], interval_s: float, chance: random.Random) -> Outcome:
    """The week with one interval for all."""

    def polls(_: SimulatedFeed) -> list[float]:
        t = START + chance.random() * interval_s
        return [t + n * interval_s for n in range(int((START + WEEK_S - t) // interval_s) + 1)]

    return _week(feeds, polls)


def _adaptive_polls(feed: SimulatedFeed, limits: IntervalLimits, chance: random.Random) -> list[float]:
    t = START
    seen = bisect.bisect_right(feed.times, t)
    document = [datetime.fromtimestamp(x, UTC) for x in feed.times[max(0, seen - feed.size) : seen]]
    arrival_rate = cadence.rate_of_first_document(document, datetime.fromtimestamp(t, UTC))
    polls = [t]
    while t < START + WEEK_S:
        now = datetime.fromtimestamp(t, UTC)
        wait = cadence.plan_interval(arrival_rate, now, limits)
        t = cadence.schedule_poll(wait, NO_WISHES, now, limits, jitter=chance.random()).timestamp()
        polls.append(t)
        until = bisect.bisect_right(feed.times, t)
        fresh = [datetime.fromtimestamp(x, UTC) for x in feed.times[max(seen, until - feed.size) : until]]
        arrival_rate = cadence.update_rate(arrival_rate, fresh, min(feed.size, until), datetime.fromtimestamp(t, UTC))
        seen = until
    return polls[1:]


NO_WISHES = PublisherHints()


def _week(feeds: Sequence[SimulatedFeed], plan: Callable[[SimulatedFeed], list[float]]) -> Outcome:
    """Every entry published after the first poll and found by the week's end; one is missed if newer ones pushed it out before a poll came."""
    delays: list[float] = []
    count = missed = 0
    for feed in feeds:
        polls = [t for t in plan(feed) if t <= START + WEEK_S]
        count += len(polls)
        seen = bisect.bisect_right(feed.times, START)
        for t in polls:
            until = bisect.bisect_right(feed.times, t)
            lost = max(0, until - seen - feed.size)
            missed += lost
            delays += [t - x for x in feed.times[seen + lost : until]]
            seen = until
    return Outcome(delays=tuple(delays), polls=count, missed=missed, feeds=len(feeds))


def at_requests(feeds: Sequence[SimulatedFeed], per_day: float, seed: int) -> Outcome:
    """The adaptive plan made more or less eager until it spends `per_day` requests a feed (within 1 %, as far as six attempts lead there)."""
    limits = LIMITS
    for attempt in range(6):
        sample = feeds[:: max(1, len(feeds) // 200)] if attempt < 3 else feeds
        week = adaptive_week(sample, limits, random.Random(seed))
        if len(sample) == len(feeds) and abs(week.per_day / per_day - 1) < 0.01:
            break
        limits = replace(limits, target_delay_s=limits.target_delay_s * week.per_day / per_day)
    return week


LIMITS = IntervalLimits(min_s=timedelta(minutes=1).total_seconds(), max_s=timedelta(hours=6).total_seconds())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=("design", "held-out"), help="only one half of the rhythms")
    parser.add_argument("--burst", type=int, default=BURST.entries, help="entries of a burst")
    parser.add_argument("--burst-minutes", type=float, default=BURST.length_s / 60)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    rhythms: Sequence[Sequence[float]] = real_rhythms(Path(corpora)) if corpora else drawn_rhythms(chance)
    if arguments.half:
        rhythms = half_of(rhythms, arguments.half)
    burst = Burst(entries=arguments.burst, length_s=arguments.burst_minutes * 60)
    feeds = [simulate_feed(chance.choice(rhythms), chance, burst) for _ in range(arguments.feeds)]
    print(f"{len(feeds)} feeds, {len(rhythms)} {'real' if corpora else 'drawn'} rhythms, one week")
    print(
        f"{'plan':34}{'requests/feed/day':>18}{'median delay':>14}{'mean':>10}{'p95':>10}{'missed':>8}{'of all':>8}{'entries':>9}"
    )
    started = time.perf_counter()
    _show("adaptive, as shipped", adaptive_week(feeds, LIMITS, random.Random(arguments.seed)))
    for minutes in (15, 60):
        fixed = fixed_week(feeds, minutes * 60, random.Random(arguments.seed))
        _show(f"fixed, {minutes} min", fixed)
        even = at_requests(feeds, fixed.per_day, arguments.seed)
        _show(f"adaptive, as many requests as {minutes} min", even)
        print(
            f"{'':34}the median delay is {even.median_s / fixed.median_s:.2f} of the fixed plan's, the mean {even.mean_s / fixed.mean_s:.2f}"
        )
    print(f"simulated in {time.perf_counter() - started:.1f} s")


def _show(name: str, week: Outcome) -> None:
    p95 = statistics.quantiles(week.delays, n=20)[-1]
    print(
        f"{name:34}{week.per_day:18.1f}{week.median_s / 60:10.1f} min{week.mean_s / 60:6.1f} min{p95 / 60:6.0f} min"
        f"{week.missed:8}{week.missed_share:8.2%}{len(week.delays):9}"
    )


if __name__ == "__main__":
    main()
