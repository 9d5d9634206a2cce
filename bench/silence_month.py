"""A simulated month of feeds that publish by their own rhythms, a third of which die: how soon that is seen, and how often it is seen wrongly.

    python bench/silence_month.py [--feeds 40] [--seed 1] [--repeat 5]

With $NEWS_MONITOR_CORPORA the rhythms are those of its real feeds, without it they are drawn at random. Each day of the simulation is a day of the rhythm
of the same weekday, so gaps of new lengths occur. The rule knows the first document, then watches four weeks, then the month begins. In it each third feed
brings nothing more from some moment on, though it answers; that it fails outright is seen at the next poll and needs no rule. No clock, no network.
"""

from __future__ import annotations

import argparse
import bisect
import os
import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.cadence_week import drawn_rhythms, real_rhythms
from monitor.domain.rhythm import Rhythm, observe

DAY_S = 86400.0
START = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
WATCHED_S = 28 * DAY_S
MONTH_S = 30 * DAY_S
DOCUMENT = 30
POLL_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMonth:
    """What became of one feed. `found_after` is the time from its death until it was overdue, in gaps after which it is overdue; None: not found."""

    judged: bool
    false_alarms: int
    died: bool
    found_after: float | None = None


def resampled(rhythm: Sequence[float], chance: random.Random, begin: float, end: float) -> list[float]:
    """Return arrivals from `begin` to `end`, each day as some day of the rhythm of the same weekday; a weekday that it does not hold is another's."""
    days: dict[int, list[float]] = defaultdict(list)
    for t in rhythm:
        days[int(t // DAY_S)].append(t % DAY_S)
    of_weekday: dict[int, list[list[float]]] = defaultdict(list)
    for day in range(min(days), max(days) + 1):
        of_weekday[day % 7].append(days.get(day, []))
    every = [found for group in of_weekday.values() for found in group]
    times: list[float] = []
    for day in range(int(begin // DAY_S), int(end // DAY_S) + 1):
        chosen = chance.choice(of_weekday[day % 7] if len(of_weekday[day % 7]) >= 2 else every)
        times += [day * DAY_S + t + chance.uniform(0, 600) for t in chosen]
    return sorted(t for t in times if begin <= t < end)


def feed_month(rhythm: Sequence[float], chance: random.Random, *, dies: bool) -> FeedMonth:
    """Return what the rule says of one feed."""
    times = resampled(rhythm, chance, START - 365 * DAY_S, START + WATCHED_S + MONTH_S)
    begin = START + WATCHED_S
    death = begin + chance.random() * MONTH_S / 2 if dies else float("inf")
    first = bisect.bisect_right(times, START)
    habit = observe(Rhythm(), times[max(0, first - DOCUMENT) : first])
    alarms, silent, after = 0, False, habit.overdue_after_s()
    polled = START
    while polled < begin + MONTH_S:
        polled += POLL_S
        new = times[bisect.bisect_right(times, polled - POLL_S) : bisect.bisect_right(times, min(polled, death))]
        overdue = after is not None and habit.last is not None and polled > habit.last + after
        if new:
            habit, silent = observe(habit, new[-1:]), False
            after = habit.overdue_after_s()
        elif overdue and not silent:
            silent = True
            if polled > death:
                assert after is not None
                return FeedMonth(judged=True, false_alarms=alarms, died=True, found_after=(polled - death) / after)
            alarms += polled >= begin
    return FeedMonth(judged=habit.overdue_after_s() is not None, false_alarms=alarms, died=dies)


def main() -> None:
    """Print how many deaths were found, after how many of their own gaps, and the false alarms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    alarms = watched = 0
    for seed in range(options.seed, options.seed + options.repeat):
        chance = random.Random(seed)
        rhythms = real_rhythms(Path(corpora)) if corpora else drawn_rhythms(chance)
        months = [feed_month(chance.choice(rhythms), chance, dies=n % 3 == 0) for n in range(options.feeds)]
        dead = [month for month in months if month.died and month.judged]
        found = sorted(month.found_after for month in dead if month.found_after is not None)
        alarms, watched = alarms + sum(month.false_alarms for month in months), watched + len(months)
        spread = f"after {statistics.median(found):.1f} of their gaps, at most {found[-1]:.1f}" if found else ""
        unknown = sum(not month.judged for month in months)
        print(
            f"seed {seed}: {len(found)} of {len(dead)} deaths found {spread}; {sum(m.false_alarms for m in months)} false alarms; "
            f"{unknown} of {len(months)} feeds too rare to judge"
        )
    print(f"{alarms} false alarms in {watched} feed months: {100 * alarms / watched:.1f} per 100 feeds and month")


if __name__ == "__main__":
    main()
