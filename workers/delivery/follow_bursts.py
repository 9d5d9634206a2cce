"""Look every few seconds whether a name is suddenly everywhere; a burst, its baseline and its messages are stored together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.delivery import BURST_ENDED, BURST_STARTED, BURST_UPDATED
from monitor.domain.ids import StoryId
from monitor.domain.trend import Series, SeriesStory, StoredBurst
from monitor.logs import get_logger
from monitor.settings.model import Settings
from monitor.storage import bursts, stories
from monitor.storage.engine import Connection, Database
from workers.announcing.announce_burst import announce_burst
from workers.trends.burst import LAG_H
from workers.trends.follow import (
    SeriesLedger,
    count_hours,
    follow,
    hours_since_epoch,
    moment_of,
    packed_baseline,
    packed_volume,
    unpacked_baseline,
    unpacked_volume,
)

EVERY_S: Final = 20.0
LEARNED_FROM: Final = timedelta(days=28)
"""What is stored of this time is counted at first."""
BETWEEN_EDITS: Final = timedelta(minutes=10)
GROWN: Final = 1.2
"""How many times the peak that is shown a new one must be to change the message."""
_TITLES: Final = 5
SERIES_READERS: Final[tuple[Callable[[Connection, datetime], Sequence[SeriesStory]], ...]] = (bursts.term_stories,)
"""Where series come from; each gives which stories have come to which of its series since a time."""


class BurstFollower:
    """Follows all series; several processes may do so at once. `on_burst` is called with each channel that has something to send."""

    def __init__(
        self,
        database: Database,
        settings: Callable[[], Settings],
        on_burst: Callable[[str], object],
        *,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._database, self._settings, self._on_burst, self._clock = database, settings, on_burst, clock
        self._seen: tuple[datetime | None, int] | None = None

    def look(self) -> None:
        """Look at what has come since the last time; without a new alert, an hour that is over or a burst that goes on there is nothing to do."""
        now = self._clock.now()
        with self._database.read() as connection:
            state = bursts.newest_story(connection), int(hours_since_epoch(now))
            if state == self._seen and not bursts.active(connection):
                return
        with self._database.write() as connection:
            channels = follow_bursts(connection, self._settings(), now=now)
        self._seen = state
        for channel in channels:
            self._on_burst(channel)


def follow_bursts(connection: Connection, settings: Settings, *, now: datetime) -> tuple[str, ...]:
    """Store which bursts have begun, changed and ended; return the channels that are told."""
    bursts.lock(connection)
    volume = unpacked_volume(bursts.volume(connection))
    last_counted = moment_of(volume.hour + 1) if volume.hours else now - LEARNED_FROM
    since = max(min(last_counted, now - timedelta(hours=LAG_H + 1)), now - LEARNED_FROM)
    arrivals = sorted((one for read in SERIES_READERS for one in read(connection, since)), key=lambda one: (one.at, one.story_id))
    begun, active = bursts.stories_begun(connection, since), bursts.active(connection)
    wanted = {one.series for one in arrivals} | {one.series for one in active}
    known = {series: unpacked_baseline(data) for series, data in bursts.baselines(connection, wanted).items()}
    ledger = SeriesLedger(volume=volume, baselines=known)
    bursting = {one.series: hours_since_epoch(one.started_at) - one.hours for one in active}
    counted = count_hours(ledger, arrivals, begun, bursting, now)
    found = follow(ledger, arrivals, begun, active, now)
    if counted or ledger.changed:
        changed = {series: packed_baseline(ledger.baselines[series]) for series in ledger.changed}
        bursts.save_baselines(connection, packed_volume(ledger.volume), changed)
    told: dict[str, None] = {}
    for burst in found.begun:
        if bursts.begin(connection, burst):
            told.update(dict.fromkeys(_tell(connection, settings, burst, BURST_STARTED, arrivals, now)))
    for burst in found.changed:
        told.update(dict.fromkeys(_change(connection, settings, burst, arrivals, now)))
    return tuple(told)


def _change(
    connection: Connection, settings: Settings, burst: StoredBurst, arrivals: Sequence[SeriesStory], now: datetime
) -> tuple[str, ...]:
    ended = burst.ended_at is not None
    grown = burst.peak >= GROWN * burst.shown and now - burst.shown_at >= BETWEEN_EDITS
    if ended or grown:
        burst = replace(burst, shown=burst.peak, shown_at=now)
    bursts.change(connection, burst)
    if not (ended or grown):
        return ()
    return _tell(connection, settings, burst, BURST_ENDED if ended else BURST_UPDATED, arrivals, now)


def _tell(
    connection: Connection, settings: Settings, burst: StoredBurst, kind: str, arrivals: Sequence[SeriesStory], now: datetime
) -> tuple[str, ...]:
    newest = newest_stories(arrivals, burst.series)
    titles: dict[str, str] = {one: found.title for one in newest if (found := stories.get(connection, one)) is not None}
    get_logger().info(kind, kind=burst.series.kind, name=burst.series.name, stories=burst.stories, usual=round(burst.usual, 2))
    return announce_burst(connection, settings, burst, kind, titles, now=now)


def newest_stories(arrivals: Sequence[SeriesStory], series: Series) -> list[StoryId]:
    """Return the newest stories of a series, the newest first."""
    return [StoryId(one.story_id) for one in reversed(arrivals) if one.series == series][:_TITLES]
