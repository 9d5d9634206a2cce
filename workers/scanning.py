"""What a scan worker works with: the matcher of the newest settings, and the way back to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings
from monitor.storage.engine import Database
from workers.extract.language import detect
from workers.follower import Follower
from workers.scan import Ready, scan

_WARM_UP = "The language model is read before the first article comes, which should not have to wait for it."


class ScanHands:
    """Scans with the matcher of the newest settings that were usable."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay) -> None:
        self._database = database
        self._relay = relay
        self._ready = Ready.build(live.current)
        detect(_WARM_UP)
        self._follower = Follower(live, self._take_up).start()

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Scan these and have their alerts sent."""
        found = scan(self._database, self._ready, ids, clock=lambda: datetime.now(UTC))
        for channel in found.channels:
            self._relay.deliver(channel)

    def deliver(self, channel: str) -> None:
        """Not here: this process scans."""
        raise MonitorError(f"a scan worker was asked to deliver on {channel!r}")

    def close(self) -> None:
        """End in good order."""
        self._follower.stop()
        self._database.close()

    def _take_up(self, settings: Settings) -> None:
        self._ready = Ready.build(settings)
