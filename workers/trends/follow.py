"""Follow the series from one look to the next: count the hours that are over, and find the bursts that begin and end. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from monitor.domain.ids import derived_id
from monitor.domain.trend import Series, SeriesStory, StoredBurst
from workers.trends.baseline import SeriesBaseline, Volume
from workers.trends.burst import LAG_H, Burst, BurstReading, begins, goes_on

JUDGED: Final = timedelta(hours=1)
"""A series is judged by stories of this last time: what a look has missed, the next one finds."""
_HOUR: Final = timedelta(hours=1)


@dataclass(slots=True)
class SeriesLedger:
    """What is known of all series: the volume, the baselines of those that matter now, and which of them have changed."""

    volume: Volume
    baselines: dict[Series, SeriesBaseline]
    changed: set[Series] = field(default_factory=set)

    def baseline(self, series: Series, hour: int) -> SeriesBaseline:
        """Return the baseline of a series; one that is seen for the first time is watched from this hour on."""
        known = self.baselines.get(series)
        if known is None:
            known = self.baselines[series] = SeriesBaseline.begin(self.volume, hour)
            self.changed.add(series)
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """What a look has found: bursts that have begun, and those that have changed."""

    begun: tuple[StoredBurst, ...] = ()
    changed: tuple[StoredBurst, ...] = ()


def hours_since_epoch(moment: datetime) -> float:
    """Return a time as the decisions take it."""
    return moment.timestamp() / 3600


def moment_of(hours: float) -> datetime:
    """Return the time of hours since 1970."""
    return datetime.fromtimestamp(round(hours * 3600, 3), UTC)


def count_hours(
    ledger: SeriesLedger,
    arrivals: Sequence[SeriesStory],
    begun: Mapping[datetime, int],
    bursting: Mapping[Series, float],
    now: datetime,
) -> bool:
    """Count the hours that are over and no longer looked at; return whether there were any. `bursting` says since which hour a series bursts."""
    last = int(hours_since_epoch(now)) - LAG_H - 1
    first = ledger.volume.hour + 1 if ledger.volume.hours else min([int(hours_since_epoch(one)) for one in begun], default=last)
    stories: Counter[int] = Counter()
    for minute, number in begun.items():
        stories[int(hours_since_epoch(minute))] += number
    named: dict[int, Counter[Series]] = defaultdict(Counter)
    for one in arrivals:
        named[int(hours_since_epoch(one.at))][one.series] += 1
    for hour in range(first, last + 1):
        for series, number in named[hour].items():
            baseline = ledger.baseline(series, hour)
            during = bursting.get(series, hour + 1.0) < hour + 1
            baseline.add(hour, number, ledger.volume, max(stories[hour], number), bursting=during)
            ledger.changed.add(series)
        ledger.volume.add(hour, stories[hour])
    return last >= first


def follow(
    ledger: SeriesLedger,
    arrivals: Sequence[SeriesStory],
    begun: Mapping[datetime, int],
    active: Sequence[StoredBurst],
    now: datetime,
) -> Following:
    """Return the bursts that begin or change now. The id of a burst follows from its series and the first story of the hours in which it was noticed."""
    by_series: dict[Series, list[SeriesStory]] = defaultdict(list)
    for one in arrivals:
        if one.at > now - LAG_H * _HOUR:
            by_series[one.series].append(one)
    changed = tuple(
        after for before in active if (after := _continued(ledger, before, by_series[before.series], begun, now)) != before
    )
    going_on = {one.series for one in active}
    found = [
        burst
        for series, some in by_series.items()
        if series not in going_on and some[-1].at > now - JUDGED and (burst := _begun(ledger, series, some, begun)) is not None
    ]
    return Following(begun=tuple(found), changed=changed)


def _begun(ledger: SeriesLedger, series: Series, some: Sequence[SeriesStory], begun: Mapping[datetime, int]) -> StoredBurst | None:
    """Return the burst that the newest story of a series begins."""
    last = some[-1].at
    times, at = [hours_since_epoch(one.at) for one in some], hours_since_epoch(last)
    burst = begins(times, at, ledger.baseline(series, int(at)), ledger.volume, lambda hours: _analysed(begun, last, hours))
    if burst is None:
        return None
    first = next(one for one in some if one.at > last - burst.reading.hours * _HOUR)
    return StoredBurst(
        id=derived_id("burst", series.kind, series.name, first.story_id),
        series=series,
        started_at=last,
        hours=burst.reading.hours,
        stories=burst.reading.stories,
        usual=burst.reading.usual,
        score=burst.reading.score,
        peak=burst.peak,
        peak_at=last,
        shown=burst.peak,
        shown_at=last,
    )


def _continued(
    ledger: SeriesLedger, before: StoredBurst, some: Sequence[SeriesStory], begun: Mapping[datetime, int], now: datetime
) -> StoredBurst:
    times, at = [hours_since_epoch(one.at) for one in some], hours_since_epoch(now)
    reading = BurstReading(hours=before.hours, stories=before.stories, usual=before.usual, score=before.score)
    burst = Burst(
        started=hours_since_epoch(before.started_at),
        reading=reading,
        peak=before.peak,
        peak_at=hours_since_epoch(before.peak_at),
    )
    after = goes_on(
        burst, times, at, ledger.baseline(before.series, int(at)), ledger.volume, lambda hours: _analysed(begun, now, hours)
    )
    peak_at = moment_of(after.peak_at) if after.peak != before.peak else before.peak_at
    return replace(before, peak=after.peak, peak_at=peak_at, ended_at=None if after.ended is None else now)


def _analysed(begun: Mapping[datetime, int], until: datetime, hours: int) -> int:
    since = until - hours * _HOUR
    return sum(number for minute, number in begun.items() if since < minute <= until)


def packed_volume(volume: Volume) -> dict[str, Any]:
    """Return a volume as it is stored."""
    return asdict(volume)


def packed_baseline(baseline: SeriesBaseline) -> dict[str, Any]:
    """Return a baseline as it is stored."""
    return asdict(baseline)


def unpacked_volume(data: Mapping[str, Any] | None) -> Volume:
    """Return what `packed_volume` packed; an empty one for None."""
    return Volume() if data is None else Volume(**data)


def unpacked_baseline(data: Mapping[str, Any]) -> SeriesBaseline:
    """Return what `packed_baseline` packed."""
    return SeriesBaseline(**{**data, "before": Volume(**data["before"])})
