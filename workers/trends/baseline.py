"""What is usual: how many stories there are an hour, and how many of them name a series. Pure; times are hours since 1970, UTC.

Both are sums that forget: what is two weeks old counts a third. A series' share of all stories is compared, so that a louder day, a new feed or an outage
changes nothing. On top of it a series has its own rhythm of the day and the week, as far as it has been seen often enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

MEMORY_H: Final = 336.0
"""Hours after which a story counts a third."""
PRIOR_STORIES: Final = 0.5
PRIOR_HOURS: Final = 24.0
"""What a series that was never seen is taken to have had: half a story in a day."""
RHYTHM_PRIOR: Final = 8.0
"""Stories that an hour of the day or a day of the week must have had before its own share counts for half."""
DISPERSION_PRIOR: Final = 0.08
_DISPERSION_WEIGHT: Final = 60.0
SETTLED_H: Final = 48.0
"""A series must have been watched for so long before its dispersion is learned."""
_MOST_DEVIATIONS: Final = 3.0
_LEAST_DISPERSION: Final = 0.03
_MOST_DISPERSION: Final = 1.0


@dataclass(slots=True)
class Volume:
    """How many stories there usually are. `hour` is the hour up to which they are counted."""

    hour: int = 0
    stories: float = 0.0
    hours: float = 0.0
    by_hour: list[float] = field(default_factory=lambda: [0.0] * 24)
    by_day: list[float] = field(default_factory=lambda: [0.0] * 7)

    def add(self, hour: int, stories: int) -> None:
        """Count the stories of a whole hour; hours come in order."""
        decay = math.exp(-(hour - self.hour) / MEMORY_H) if self.hours else 0.0
        self.hour = hour
        self.stories, self.hours = self.stories * decay + stories, self.hours * decay + 1.0
        self.by_hour = [value * decay for value in self.by_hour]
        self.by_day = [value * decay for value in self.by_day]
        self.by_hour[hour % 24] += stories
        self.by_day[day_of(hour)] += stories

    def copy(self) -> Volume:
        """Return the volume as it is now."""
        return Volume(hour=self.hour, stories=self.stories, hours=self.hours, by_hour=list(self.by_hour), by_day=list(self.by_day))

    @property
    def an_hour(self) -> float:
        """The usual stories of an hour."""
        return self.stories / self.hours if self.hours else 0.0


@dataclass(slots=True)
class SeriesBaseline:
    """How often a series is usually named. `hour` is that of the last count; `since` is when it began to be watched, `before` the volume until then."""

    hour: int
    since: int
    before: Volume
    stories: float = 0.0
    by_hour: list[float] = field(default_factory=lambda: [0.0] * 24)
    by_day: list[float] = field(default_factory=lambda: [0.0] * 7)
    excess: float = 0.0
    squares: float = 0.0

    @classmethod
    def begin(cls, volume: Volume, hour: int) -> SeriesBaseline:
        """Return the baseline of a series that is watched from this hour on; `volume` may not have come so far."""
        return cls(hour=hour, since=volume.hour if volume.hours else hour, before=volume.copy())

    def add(self, hour: int, stories: int, volume: Volume, analysed: int, *, bursting: bool = False) -> None:
        """Count the stories of a whole hour, of which `analysed` were read in all. `volume` is as it was before that hour.

        Of a burst no more than twice the usual counts, and nothing is learned from it, so that it does not become usual itself.
        """
        self._fade(hour, volume)
        usual = self.expected(hour, 1, analysed, volume)
        if bursting:
            stories = min(stories, math.ceil(2 * usual) + 1)
        elif self.watched(volume) >= SETTLED_H:
            spread = usual + self.dispersion * usual * usual
            self.excess += min((stories - usual) ** 2, _MOST_DEVIATIONS**2 * spread) - usual
            self.squares += usual * usual
        self.stories += stories
        self.by_hour[hour % 24] += stories
        self.by_day[day_of(hour)] += stories

    def expected(self, hour: int, hours: int, analysed: float, volume: Volume) -> float:
        """Return how many of `analysed` stories of the `hours` up to `hour` are usually of the series."""
        share = self._share(volume)
        rhythm = sum(self._rhythm(one, share, volume) for one in range(hour - hours + 1, hour + 1)) / hours
        return share * analysed * rhythm

    def watched(self, volume: Volume) -> float:
        """Return for how many hours' worth of stories the series has been watched, as far as they are remembered."""
        return self._seen(volume) / volume.an_hour if volume.an_hour else 0.0

    @property
    def dispersion(self) -> float:
        """How much more than by chance its hours differ (0: not at all)."""
        found = (self.excess + DISPERSION_PRIOR * _DISPERSION_WEIGHT) / (self.squares + _DISPERSION_WEIGHT)
        return min(max(found, _LEAST_DISPERSION), _MOST_DISPERSION)

    @property
    def doubt(self) -> float:
        """How much a number of stories may differ from what is expected: by dispersion, and since the usual is known from few stories only."""
        return self.dispersion + 1 / (self.stories + PRIOR_STORIES)

    def _fade(self, hour: int, volume: Volume) -> None:
        """Let what was counted fade, and count the hours without a story since then."""
        silent = max(hour - self.hour - 1, 0)
        decay = math.exp(-(hour - self.hour) / MEMORY_H)
        usual = self._share(volume) * volume.an_hour
        self.stories *= decay
        self.by_hour = [value * decay for value in self.by_hour]
        self.by_day = [value * decay for value in self.by_day]
        self.excess = self.excess * decay + silent * usual * (usual - 1)
        self.squares = self.squares * decay + silent * usual * usual
        self.hour = hour

    def _seen(self, volume: Volume) -> float:
        return max(volume.stories - self.before.stories * self._remembered(volume), 0.0)

    def _remembered(self, volume: Volume) -> float:
        return math.exp(-max(volume.hour - self.since, 0) / MEMORY_H)

    def _share(self, volume: Volume) -> float:
        faded = self.stories * math.exp(-max(volume.hour - self.hour, 0) / MEMORY_H)
        seen = self._seen(volume) + PRIOR_HOURS * volume.an_hour
        return min((faded + PRIOR_STORIES) / seen, 1.0) if seen > 0 else 1.0

    def _rhythm(self, hour: int, share: float, volume: Volume) -> float:
        by_hour, by_day, faded = hour % 24, day_of(hour), self._remembered(volume)
        hour_seen = max(volume.by_hour[by_hour] - self.before.by_hour[by_hour] * faded, 0.0)
        day_seen = max(volume.by_day[by_day] - self.before.by_day[by_day] * faded, 0.0)
        of_hour = (self.by_hour[by_hour] + RHYTHM_PRIOR) / (share * hour_seen + RHYTHM_PRIOR)
        return of_hour * (self.by_day[by_day] + RHYTHM_PRIOR) / (share * day_seen + RHYTHM_PRIOR)


def day_of(hour: int) -> int:
    """Return the day of the week of an hour since 1970, 0 for Thursday."""
    return hour // 24 % 7


def in_last(times: Sequence[float], now: float, hours: float) -> int:
    """Return how many of the times are in the last hours."""
    return sum(now - hours < time <= now for time in times)
