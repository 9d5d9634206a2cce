"""A simulated month of feeds that publish by their own rhythms, a third of which die in five ways: how soon that is seen, and how often it is seen wrongly.

    python bench/silence_month.py [--feeds 40] [--seed 1] [--repeat 5]

With $NEWS_MONITOR_CORPORA the rhythms are those of its real feeds, without it they are drawn at random. Each day of the simulation is a day of the rhythm
of the same weekday, so gaps of new lengths occur. The program knows the first document, then watches four weeks, then the month begins. In it each third feed
dies: it answers as ever and brings nothing more, is 404, holds no entries, leads to a page to log in, or its certificate has run out. Each poll goes through
the decision that the program makes. A death is found once the list of feeds does not say `ok`; how long that took is told in gaps of the feed's own: the
longest without anything new in the four weeks before. Where a gap is so long that three of it pass the month's end, the simulation goes on. No clock, no network.
"""

from __future__ import annotations

import argparse
import bisect
import os
import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from itertools import cycle, pairwise
from pathlib import Path

from bench.cadence_week import drawn_rhythms, real_rhythms
from monitor.domain.article import Entry
from monitor.domain.cadence import IntervalLimits
from monitor.domain.feed import FeedForPoll, FeedState
from monitor.domain.fingerprint import Fingerprint, unpack_fingerprints
from monitor.domain.ids import FeedId
from monitor.domain.source import SourceStatus
from monitor.fetching.outcome import Fetched, FetchFailure, Outcome, Problem
from monitor.parse.feed_delta import FeedDelta, delta_of
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.polling.decide import decide
from monitor.polling.failed_poll import Plan

DAY_S = 86400.0
START = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
WATCHED_S = 28 * DAY_S
MONTH_S = 30 * DAY_S
DOCUMENT = 30
POLL_S = 1800.0
MOST_GAPS = 6
PLAN = Plan(limits=IntervalLimits(), jitter=0.5)
URL = "https://feed.example/rss.xml"


class Death(Enum):
    """How a feed dies."""

    FROZEN = "200 and frozen"
    NOT_FOUND = "404"
    EMPTY = "empty document"
    LOGIN = "redirect to a login page"
    CERTIFICATE = "certificate run out"


FAILURES = {Death.NOT_FOUND: Problem.NOT_FOUND, Death.CERTIFICATE: Problem.TLS}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMonth:
    """What became of one feed. `found_after` is the time from its death until it was seen, in longest gaps of its own; None: not found."""

    judged: bool
    false_alarms: int
    death: Death | None
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


class WatchedFeed:
    """A feed as the program keeps it, through the decisions of its polls."""

    def __init__(self) -> None:
        self._feed = FeedForPoll(id=FeedId("feed"), url=URL, name="feed", host="feed.example", epoch=1, state=FeedState())
        self._known: list[Fingerprint] = []

    @property
    def well(self) -> bool:
        """Whether the list of feeds says `ok`."""
        state = self._feed.state
        silent = state.overdue_at is not None and state.last_success_at is not None and state.overdue_at <= state.last_success_at
        return state.status is SourceStatus.OK and not silent

    @property
    def judged(self) -> bool:
        """Whether enough is known to say when it is overdue."""
        return self._feed.state.overdue_after_s is not None

    def poll(self, at: float, dates: Sequence[float], death: Death | None) -> None:
        """Let it be polled: it lists entries of these dates, or answers as a dead one does."""
        now = datetime.fromtimestamp(at, UTC)
        outcome, parsed = self._answer(now, dates, death)
        state = decide(self._feed, outcome, parsed, now, PLAN).state
        self._feed = replace(self._feed, state=state)

    def _answer(
        self, now: datetime, dates: Sequence[float], death: Death | None
    ) -> tuple[Outcome, FeedDelta | ParseFailure | None]:
        if death in FAILURES:
            return FetchFailure(problem=FAILURES[death], reason=death.value, url=URL), None
        content = repr((dates, death in {Death.EMPTY, Death.LOGIN})).encode()
        page = Fetched(url=URL, status=200, body=content, headers={}, wire_bytes=len(content))
        if death is Death.LOGIN:
            return page, ParseFailure(reason="this is a web page, not a feed")
        if page.digest == self._feed.state.body_hash:
            return page, None
        entries = [Entry(key=str(one), title=str(one), text="", published_at=datetime.fromtimestamp(one, UTC)) for one in dates]
        listed = ParsedFeed(format="rss20", entries=() if death is Death.EMPTY else tuple(entries))
        delta = delta_of(listed, self._known, now)
        self._known = unpack_fingerprints(delta.fingerprints) or self._known
        return page, delta


def feed_month(rhythm: Sequence[float], chance: random.Random, death: Death | None) -> FeedMonth:
    """Return what the program says of one feed."""
    times = resampled(rhythm, chance, START - 365 * DAY_S, START + WATCHED_S + MONTH_S)
    begin = START + WATCHED_S
    died = begin + chance.random() * MONTH_S / 2 if death else float("inf")
    before = times[: bisect.bisect_right(times, min(died, begin + MONTH_S))]
    recent = [t for t in before if t > died - WATCHED_S]
    gap = max([3600.0, *(b - a for a, b in pairwise(before[-max(2, len(recent) + 1) :]))])
    feed, alarms, polled = WatchedFeed(), 0, START
    feed.poll(polled, times[max(0, bisect.bisect_right(times, polled) - DOCUMENT) : bisect.bisect_right(times, polled)], None)
    while polled < (begin + MONTH_S if death is None else died + MOST_GAPS * gap):
        polled += POLL_S
        there = bisect.bisect_right(times, min(polled, died))
        well = feed.well
        feed.poll(polled, times[max(0, there - DOCUMENT) : there], death if polled > died else None)
        if polled > died and not feed.well:
            return FeedMonth(judged=True, false_alarms=alarms, death=death, found_after=(polled - died) / gap)
        alarms += polled >= begin and well and not feed.well
    return FeedMonth(judged=feed.judged, false_alarms=alarms, death=death)


def main() -> None:
    """Print how many deaths were found, after how many of their own gaps, and the false alarms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    months: list[FeedMonth] = []
    for seed in range(options.seed, options.seed + options.repeat):
        chance = random.Random(seed)
        rhythms = real_rhythms(Path(corpora)) if corpora else drawn_rhythms(chance)
        ways = cycle(Death)
        months += [feed_month(chance.choice(rhythms), chance, next(ways) if n % 3 == 0 else None) for n in range(options.feeds)]
    print("| death | feeds | found | longest gaps until then, median | at most | within three |\n|---|---|---|---|---|---|")
    for death in Death:
        dead = [month for month in months if month.death is death]
        found = sorted(month.found_after for month in dead if month.found_after is not None)
        spread = f"{statistics.median(found):.2f} | {found[-1]:.2f}" if found else "– | –"
        print(f"| {death.value} | {len(dead)} | {len(found)} | {spread} | {sum(one <= 3 for one in found)} |")
    alarms = sum(month.false_alarms for month in months)
    print(f"{alarms} false alarms in {len(months)} feed months: {100 * alarms / len(months):.1f} per 100 feeds and month; ", end="")
    print(f"{sum(not month.judged for month in months)} feeds too rare to judge")


if __name__ == "__main__":
    main()
