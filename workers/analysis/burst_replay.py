"""Find the bursts that stored stories would have raised, as the deliver worker would have found them. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.domain.trend import Series, SeriesKind, SeriesStory, StoredBurst, burst_record
from workers.trends.baseline import Volume
from workers.trends.burst import LAG_H
from workers.trends.follow import SeriesLedger, count_hours, follow, hours_since_epoch

_STEP: Final = timedelta(minutes=10)
_WINDOW: Final = timedelta(hours=LAG_H + 2)
_YOUNG: Final = timedelta(hours=24)


@dataclass(slots=True)
class BurstReplay:
    """Collects when each story began and when a term first matched in it. A story's articles may come in any order."""

    begun: dict[str, datetime] = field(default_factory=dict)
    matched: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def add(self, story: str, at: datetime, terms: Sequence[str]) -> None:
        """Count an article of a story, and the terms that match it."""
        self.begun[story] = min(at, self.begun.get(story, at))
        for term in terms:
            self.matched[term, story] = min(at, self.matched.get((term, story), at))

    def bursts(self) -> tuple[StoredBurst, ...]:
        """Return the bursts of all terms, oldest first."""
        arrivals = sorted(
            (
                SeriesStory(series=Series(kind=SeriesKind.TERM, name=term), story_id=story, at=at)
                for (term, story), at in self.matched.items()
                if at - self.begun[story] < _YOUNG
            ),
            key=lambda one: (one.at, one.story_id),
        )
        minutes: dict[datetime, int] = {}
        for at in self.begun.values():
            minute = at.replace(second=0, microsecond=0)
            minutes[minute] = minutes.get(minute, 0) + 1
        return _replayed(arrivals, minutes) if arrivals else ()

    def records(self) -> list[dict[str, Any]]:
        """Return `burst_record` of each burst."""
        return [burst_record(one) for one in self.bursts()]


def _replayed(arrivals: Sequence[SeriesStory], begun: Mapping[datetime, int]) -> tuple[StoredBurst, ...]:
    """Look every ten minutes, from the first story to the last; what has not ended by then goes on."""
    ledger, found, active = SeriesLedger(volume=Volume(), baselines={}), dict[str, StoredBurst](), list[StoredBurst]()
    times, minutes = [one.at for one in arrivals], sorted(begun)
    now, end = minutes[0] + _STEP, minutes[-1] + _STEP
    while now <= end:
        new_hour = int(hours_since_epoch(now)) != int(hours_since_epoch(now - _STEP))
        if not (active or new_hour or bisect_left(times, now - _STEP) < bisect_left(times, now)):
            now += _STEP
            continue
        window = arrivals[bisect_left(times, now - _WINDOW) : bisect_left(times, now)]
        recent = {minute: begun[minute] for minute in minutes[bisect_left(minutes, now - _WINDOW) : bisect_left(minutes, now)]}
        bursting = {one.series: hours_since_epoch(one.started_at) - one.hours for one in active}
        count_hours(ledger, window, recent, bursting, now)
        seen = follow(ledger, window, recent, active, now)
        changed = {one.id: one for one in (*seen.changed, *seen.begun)}
        found |= changed
        active = [one for one in (*(changed.get(one.id, one) for one in active), *seen.begun) if one.ended_at is None]
        now += _STEP
    return tuple(sorted(found.values(), key=lambda one: (one.started_at, one.series.name)))
