"""How bursts are found in a made year, beside mean + 3 sigma.

    python bench/bursts.py [--names 10000] [--days 365] [--seed 5]

Names are as frequent as words are; all have the rhythm of the day and the week, and the frequent ones hours and days of their own. Of five sizes (3, 5, 8, 15
and 40 times the usual, on top of what the day brings anyway), 200 bursts of 4 to 12 hours are planted on names whose burst has 20 stories an hour or more, which is what a fivefold rise of a name with four
stories an hour has. On syndication days each story is in three to six outlets; in outages two thirds of the sources are away for eight hours, and then bring all at
once; every month 300 names come on to the watch list. Every ten minutes a series with a new story is judged. Mean + 3 sigma is over the articles of
whole hours of the last week, as alerting tools do it.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from workers.trends.baseline import SeriesBaseline, Volume
from workers.trends.burst import LAG_H, Burst, begins, goes_on

SIZES = (3, 5, 8, 15, 40)
STEPS = 6
"""Steps in an hour."""
START_H = 20_513 * 24
"""1 March 2026."""
LEAST_RECALL, MOST_DELAY_H, MOST_FALSE_A_MONTH = 0.97, 1.0, 1.0
_LEAST_RATE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A burst: a name, from which hour to which, and how many times the usual."""

    name: int
    begin: int
    end: int
    size: int


@dataclass(slots=True)
class Year:
    """The made year. `rates` are the usual stories of a name in an hour."""

    rng: random.Random
    names: int
    days: int
    rates: list[float] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    watched_from: list[int] = field(default_factory=list)
    outages: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Choose rates, bursts, outages and when each name is watched from."""
        rng = self.rng
        self.rates = [30.0 / (rank + 2) ** 0.95 for rank in range(self.names)]
        late = rng.sample(range(self.names), min(300 * (self.days // 30), self.names // 2))
        self.watched_from = [0] * self.names
        for place, name in enumerate(late):
            self.watched_from[name] = (1 + place // 300) * 30 * 24
        self.outages = set(rng.sample(range(20, self.days), max(self.days // 40, 1)))
        for number in range(200 * self.days // 365):
            size = SIZES[number % len(SIZES)]
            able = [name for name in range(self.names) if size * self.rates[name] >= _LEAST_RATE and self.rates[name] < 60]
            begin = rng.randrange(15 * 24, self.days * 24 - 24)
            self._plant(Planted(name=rng.choice(able), begin=begin, end=begin + rng.randint(4, 12), size=size))

    def _plant(self, burst: Planted) -> None:
        near = any(one.name == burst.name and abs(one.begin - burst.begin) < 72 for one in self.planted)
        outage = any(abs(burst.begin - (day * 24 + 8)) < 30 for day in self.outages)
        if near or outage or self.watched_from[burst.name] + 15 * 24 > burst.begin:
            begin = self.rng.randrange(15 * 24, self.days * 24 - 24)
            able = [name for name in range(self.names) if burst.size * self.rates[name] >= _LEAST_RATE]
            name = self.rng.choice(able)
            self._plant(Planted(name=name, begin=begin, end=begin + burst.end - burst.begin, size=burst.size))
        else:
            self.planted.append(burst)


def rhythm(hour: int) -> float:
    """Return how loud an hour is."""
    day, clock = hour // 24 % 7, hour % 24
    return (0.55 if day in {2, 3} else 1.0) * (1 + 0.7 * math.sin((clock - 8) / 24 * 2 * math.pi))


def poisson(rng: random.Random, mean: float) -> int:
    """Draw from a Poisson distribution."""
    if mean > 60:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def hours_of(year: Year) -> Iterable[tuple[int, int, list[tuple[float, int]]]]:
    """Yield each hour, the stories in it that name nobody, and when each name was named, in order."""
    rng, names = year.rng, range(year.names)
    bursting: dict[int, list[Planted]] = defaultdict(list)
    for burst in year.planted:
        for hour in range(burst.begin, burst.end):
            bursting[hour].append(burst)
    frequent = min(400, year.names)
    tail_weights, tail = year.rates[frequent:], names[frequent:]
    cumulative, total = [], 0.0
    for weight in tail_weights:
        total += weight
        cumulative.append(total)
    mood: list[float] = []
    held: list[int] = []
    for hour in range(year.days * 24):
        if hour % 24 == 0:
            mood = [rng.gammavariate(12, 1 / 12) for _ in range(frequent)]
        loud = rhythm(START_H + hour)
        sizes = {burst.name: burst.size for burst in bursting[hour]}
        named: list[int] = []
        for name in range(frequent):
            own = 1 + 0.5 * math.sin((hour % 24 - name % 24) / 24 * 2 * math.pi) if name % 3 == 0 else 1.0
            usual = year.rates[name] * loud * own
            risen = max(usual, year.rates[name]) * (sizes[name] - 1) if name in sizes else 0.0
            named += [name] * poisson(rng, usual * mood[name] + risen)
        if tail:
            named += rng.choices(tail, cum_weights=cumulative, k=poisson(rng, total * loud))
        named += [
            one.name for one in bursting[hour] if one.name >= frequent for _ in range(poisson(rng, year.rates[one.name] * one.size))
        ]
        others = poisson(rng, 250 * loud)
        at_once = ()
        if hour // 24 in year.outages and 8 <= hour % 24 < 16:
            kept = [name for name in named if rng.random() < 1 / 3]
            held += [name for name in named if rng.random() < 2 / 3] + [-1] * (others * 2 // 3)
            named, others = kept, others // 3
        elif held:
            at_once, held = tuple(name for name in held if name >= 0), [one for one in held if one < 0]
            others, held = others + len(held), []
        yield (
            hour,
            others,
            sorted([(rng.random(), name) for name in named] + [(0.02 + 0.1 * rng.random(), name) for name in at_once]),
        )


@dataclass(slots=True)
class Detector:
    """Follows all series as the program does, and keeps the bursts that it tells."""

    year: Year
    volume: Volume = field(default_factory=Volume)
    baselines: dict[int, SeriesBaseline] = field(default_factory=dict)
    recent: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    analysed: deque[tuple[float, float]] = field(default_factory=deque)
    hourly: deque[tuple[int, int, Counter[int]]] = field(default_factory=deque)
    active: dict[int, Burst] = field(default_factory=dict)
    told: list[tuple[int, Burst]] = field(default_factory=list)
    until: dict[int, float] = field(default_factory=dict)

    def hour(self, hour: int, others: int, named: list[tuple[float, int]]) -> None:
        """Follow one hour in steps of ten minutes."""
        watched = [(at, name) for at, name in named if self.year.watched_from[name] <= hour]
        unwatched = len(named) - len(watched)
        place, apart = 0, (others + unwatched) / STEPS
        for step in range(1, STEPS + 1):
            now, touched, before = START_H + hour + step / STEPS, set[int](), place
            while place < len(watched) and watched[place][0] <= step / STEPS:
                name = watched[place][1]
                self.recent[name].append(START_H + hour + watched[place][0])
                touched.add(name)
                place += 1
            self.analysed.append((now, apart + place - before))
            while self.analysed[0][0] <= now - LAG_H:
                self.analysed.popleft()
            self._judge(now, touched)
        self._fold(START_H + hour, Counter(name for _, name in watched), others + len(named))

    def _judge(self, now: float, touched: set[int]) -> None:
        sums = {hours: sum(number for at, number in self.analysed if at > now - hours + 1e-6) for hours in (1, 3, 6)}
        for name in touched | self.active.keys():
            times = self.recent[name]
            while times and times[0] <= now - LAG_H:
                times.popleft()
            baseline = self.baselines.get(name)
            if baseline is None:
                baseline = self.baselines[name] = self._begun(name)
            if name in self.active:
                burst = goes_on(self.active[name], times, now, baseline, self.volume, sums.__getitem__)
                self.active[name] = burst
                if burst.ended is not None:
                    del self.active[name]
                    self.until[name] = now + LAG_H
            elif (found := begins(times, now, baseline, self.volume, sums.__getitem__)) is not None:
                self.active[name] = found
                self.told.append((name, found))

    def _begun(self, name: int) -> SeriesBaseline:
        if self.year.watched_from[name] == 0:
            return SeriesBaseline.begin(Volume(), START_H)
        return SeriesBaseline.begin(self.volume, START_H + self.year.watched_from[name])

    def _fold(self, hour: int, named: Counter[int], stories: int) -> None:
        self.hourly.append((hour, stories, named))
        if len(self.hourly) <= LAG_H:
            return
        hour, stories, named = self.hourly.popleft()
        for name, number in named.items():
            baseline = self.baselines[name]
            bursting = name in self.active or self.until.get(name, 0) > hour
            baseline.add(hour, number, self.volume, stories, bursting=bursting)
        self.volume.add(hour, stories)


class ThreeSigma:
    """Tells an hour whose articles exceed the mean of the last week by three standard deviations."""

    def __init__(self) -> None:
        self.sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.week: deque[Counter[int]] = deque()
        self.told: list[tuple[int, int]] = []
        self.quiet: dict[int, int] = {}

    def hour(self, hour: int, articles: Counter[int]) -> None:
        """Judge one whole hour."""
        for name, number in articles.items():
            total, squares = self.sums[name]
            mean = total / 168
            deviation = math.sqrt(max(squares / 168 - mean * mean, 0.0))
            if hour >= 168 and number > mean + 3 * deviation and self.quiet.get(name, 0) <= hour:
                self.told.append((name, hour))
                self.quiet[name] = hour + 24
            self.sums[name][0] += number
            self.sums[name][1] += number * number
        self.week.append(articles)
        if len(self.week) > 168:
            for name, number in self.week.popleft().items():
                self.sums[name][0] -= number
                self.sums[name][1] -= number * number


def score(year: Year, told: list[tuple[int, float]]) -> tuple[dict[int, float], dict[int, float], float]:
    """Return the recall and the median delay in hours of each size, and the false bursts of a month."""
    by_name: dict[int, list[float]] = defaultdict(list)
    for name, at in told:
        by_name[name].append(at)
    found: dict[int, list[float]] = {size: [] for size in SIZES}
    true: set[tuple[int, float]] = set()
    for burst in year.planted:
        hits = [at for at in by_name[burst.name] if burst.begin <= at <= burst.end + LAG_H]
        true.update((burst.name, at) for at in hits)
        if hits:
            found[burst.size].append(min(hits) - burst.begin)
    planted = Counter(burst.size for burst in year.planted)
    recall = {size: len(found[size]) / max(planted[size], 1) for size in SIZES}
    delay = {size: median(found[size]) if found[size] else math.inf for size in SIZES}
    return recall, delay, (len(told) - len(true)) / (year.days / 30.4)


def main() -> None:
    """Run the year, print what was found, and fail if it is too little, too late or too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    year = Year(random.Random(options.seed), options.names, options.days)
    detector, sigma, chance, spent = Detector(year), ThreeSigma(), random.Random(options.seed), 0.0
    stories = 0
    for hour, others, named in hours_of(year):
        began = time.process_time()
        detector.hour(hour, others, named)
        spent += time.process_time() - began
        stories += len(named)
        copies = chance.randint(3, 6) if hour // 24 % 11 == 5 else 1
        sigma.hour(hour, Counter({name: number * copies for name, number in Counter(name for _, name in named).items()}))
    print(
        f"{options.days} days, {options.names} names, {len(year.planted)} bursts, {stories} namings, {spent / stories * 1e6:.0f} µs CPU each"
    )
    heading = "  ".join(f"x{size}".rjust(12) for size in SIZES)
    print(f"{'':24} {heading}   false a month")
    rows = {
        "negative binomial": [(name, burst.started - START_H) for name, burst in detector.told],
        "mean + 3 sigma": [(name, at + 1.0) for name, at in sigma.told],
    }
    results = {row: score(year, told) for row, told in rows.items()}
    for row, (recall, delay, false) in results.items():
        print(f"{row:24} {'  '.join(f'{recall[size]:.2f} {delay[size]:5.2f} h' for size in SIZES)}   {false:.1f}")
    recall, delay, false = results["negative binomial"]
    sys.exit(recall[5] < LEAST_RECALL or delay[5] > MOST_DELAY_H or false > MOST_FALSE_A_MONTH)


if __name__ == "__main__":
    main()
