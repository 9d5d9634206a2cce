"""Report the bursts that go on and those of the last days, each with its stories by the hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from monitor.domain.times import rfc3339
from monitor.domain.trend import SeriesStory, StoredBurst, burst_record
from monitor.storage import bursts
from monitor.storage.engine import Connection
from workers.trends.follow import hours_since_epoch, unpacked_volume

SHOWN_H: Final = 48
"""Hours of the charts."""
LISTED: Final = timedelta(days=7)


def trend_report(connection: Connection, now: datetime) -> dict[str, Any]:
    """Return `now watched_hours bursts`: each burst with `hourly`, the stories of its series in each of the last 48 hours.

    `watched_hours` is for how many hours the volume of stories has been counted: after a start, nothing can be unusual for three days.
    """
    found = bursts.listing(connection, now - LISTED)
    wanted = {burst.series for burst in found}
    since = now - timedelta(hours=SHOWN_H)
    arrivals = [one for one in bursts.term_stories(connection, since) if one.series in wanted] if found else []
    volume = unpacked_volume(bursts.volume(connection))
    return {
        "now": rfc3339(now),
        "watched_hours": round(volume.hours, 1),
        "bursts": [{**burst_record(burst), "hourly": _hourly(burst, arrivals, now)} for burst in found],
    }


def _hourly(burst: StoredBurst, arrivals: list[SeriesStory], now: datetime) -> list[int]:
    counts, last = [0] * SHOWN_H, int(hours_since_epoch(now))
    for one in arrivals:
        place = SHOWN_H - 1 - (last - int(hours_since_epoch(one.at)))
        if one.series == burst.series and 0 <= place < SHOWN_H:
            counts[place] += 1
    return counts
