"""What a worker process works with: the settings as they are now, what was built from them, and the way back to the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Self

from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.logs import get_logger
from monitor.relay import Relay
from monitor.settings.channels import Channel
from monitor.settings.live import Changed, LiveSettings
from monitor.settings.model import Settings
from monitor.storage.engine import Database
from workers.deliver import Dispatcher
from workers.scan import Ready, scan

REFRESH_S = 1.0


class Follower:
    """Takes up changed settings in a thread of its own and tells `on_change`, so that work never waits for a matcher to be built."""

    def __init__(self, live: LiveSettings, on_change: Callable[[Settings], None]) -> None:
        self._live = live
        self._on_change = on_change
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="settings", daemon=True)

    def start(self) -> Self:
        """Begin to follow."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Follow no longer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(REFRESH_S):
            outcome = self._live.refresh()
            if isinstance(outcome, Changed):
                try:
                    self._on_change(outcome.settings)
                except MonitorError as error:
                    get_logger().error("config.rejected", faults=str(error).splitlines())


class ScanHands:
    """Scans with the matcher of the newest settings that were usable."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay) -> None:
        self._database = database
        self._relay = relay
        self._ready = Ready.build(live.current)
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


class DeliverHands:
    """Sends on the channels of the newest settings."""

    def __init__(self, live: LiveSettings, database: Database, relay: Relay) -> None:
        del relay
        self._live = live
        self._database = database
        self._dispatcher = Dispatcher(database, self._channels)
        self._follower = Follower(live, lambda _: None).start()

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Not here: this process delivers."""
        raise MonitorError(f"a deliver worker was asked to scan {len(ids)} articles")

    def deliver(self, channel: str) -> None:
        """Have the channel worked on; a slow receiver holds up nobody but itself."""
        self._dispatcher.drain(channel)

    def close(self) -> None:
        """End in good order: messages in hand get their answer."""
        self._follower.stop()
        self._dispatcher.close()
        self._database.close()

    def _channels(self) -> Mapping[str, Channel]:
        return self._live.current.channels
