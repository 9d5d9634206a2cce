"""What a deliver worker works with: the channels of the newest settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from monitor.broker.queues import DELIVER
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.processes import is_dead
from monitor.settings.channels import Channel
from monitor.settings.live import LiveSettings
from monitor.storage import leases
from monitor.storage.engine import Database
from workers import follower
from workers.beside import Beside
from workers.deliver import Dispatcher
from workers.follower import Follower


class DeliverHands:
    """Sends on the channels of the newest settings, and at once on those that a killed process of this machine was at."""

    def __init__(self, live: LiveSettings, database: Database) -> None:
        self._live = live
        self._database = database
        free_what_the_dead_hold(database)
        self._dispatcher = Dispatcher(database, self._channels)
        self._following = Beside("settings", Follower(DELIVER, live, lambda _: None).look, every_s=follower.EVERY_S).start()

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Not here: this process delivers."""
        raise MonitorError(f"a deliver worker was asked to scan {len(ids)} articles")

    def deliver(self, channel: str) -> None:
        """Have the channel worked on; a slow receiver holds up nobody but itself."""
        self._dispatcher.drain(channel)

    def close(self) -> None:
        """End in good order: messages in hand get their answer."""
        self._following.stop()
        self._dispatcher.close()
        self._database.close()

    def _channels(self) -> Mapping[str, Channel]:
        return self._live.current.channels


def free_what_the_dead_hold(database: Database) -> None:
    """End the leases of processes of this machine that were killed; without this a channel would rest until they run out."""
    now = datetime.now(UTC)
    with database.write() as connection:
        leases.expire(connection, [token for token in leases.holders(connection, now) if is_dead(token)], now)
