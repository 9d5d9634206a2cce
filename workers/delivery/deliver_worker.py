"""A deliver worker: sends on the channels of the newest settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.broker.queues import DELIVER
from monitor.daemon import settings_reloader
from monitor.daemon.lease_owner import is_dead
from monitor.daemon.periodic_task import PeriodicTask
from monitor.daemon.settings_reloader import SettingsReloader
from monitor.daemon.step_beats import StepBeats
from monitor.domain.canary import CANARY_CHANNEL
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId
from monitor.settings.channels import ChannelBase
from monitor.settings.live import LiveSettings
from monitor.storage import leases
from monitor.storage.engine import Database
from workers.delivery import escalate, follow_bursts, report_held
from workers.delivery.canary_receiver import CanaryReceiver
from workers.delivery.dispatcher import Dispatcher
from workers.delivery.escalate import Escalator
from workers.delivery.follow_bursts import BurstFollower
from workers.delivery.report_held import HeldReporter


class DeliverWorker:
    """Sends on the channels of the newest settings. A channel whose lease a killed process of this machine held is free at once."""

    def __init__(self, live: LiveSettings, database: Database) -> None:
        self._live = live
        self._database = database
        expire_leases_of_dead_processes(database)
        self._canaries = CanaryReceiver(database)
        self._dispatcher = Dispatcher(database, self._channels)
        reloader = SettingsReloader(DELIVER, live, lambda _: None)
        escalator = Escalator(database, lambda: live.current, self.deliver)
        reporter = HeldReporter(database, lambda: live.current, self.deliver)
        follower = BurstFollower(database, lambda: live.current, self.deliver)
        self._tasks = (
            PeriodicTask("settings", reloader.reload_if_changed, every_s=settings_reloader.EVERY_S).start(),
            PeriodicTask("held reports", reporter.report_due, every_s=report_held.EVERY_S, at_once=True).start(),
            PeriodicTask("escalation", escalator.escalate_due, every_s=escalate.EVERY_S, at_once=True).start(),
            PeriodicTask("bursts", follower.look, every_s=follow_bursts.EVERY_S).start(),
        )

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Raise MonitorError: this process delivers."""
        raise MonitorError(f"a deliver worker was asked to scan {len(ids)} articles")

    def deliver(self, channel: str) -> None:
        """Start work on the channel; a slow receiver delays only its own channel."""
        self._dispatcher.drain(channel)

    def watch(self, beats: StepBeats) -> None:
        """Tell that the thread that sends is alive."""
        self._dispatcher.watch(beats)

    def close(self) -> None:
        """Stop; messages that are being sent get their answer."""
        for task in self._tasks:
            task.stop()
        self._dispatcher.close()
        self._canaries.close()
        self._database.close()

    def _channels(self) -> Mapping[str, ChannelBase]:
        return {**self._live.current.channels, CANARY_CHANNEL: self._canaries.channel}


def expire_leases_of_dead_processes(database: Database) -> None:
    """End the leases of processes of this machine that were killed; without this, their channels would wait until the leases are over."""
    now = SYSTEM_CLOCK.now()
    with database.write() as connection:
        leases.expire(connection, [owner for owner in leases.lease_owners(connection, now) if is_dead(owner)], now)
