"""Watch over the whole program: keep its readiness, tell the operator, and ping the heartbeat while canaries come through."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from monitor.daemon.periodic_task import PeriodicTask
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.errors import MonitorError
from monitor.domain.incidents import HealthSnapshot, Thresholds, open_incidents
from monitor.domain.quarantined import quarantine_incidents
from monitor.domain.readiness import HealthFacts, Readiness, ReadyStatus, judge
from monitor.maintenance.health_check import HealthCheck
from monitor.maintenance.operator_notices import OperatorNotices
from monitor.maintenance.send_canary import is_coming_through
from monitor.settings.live import LiveSettings
from monitor.settings.model import NotifyOperatorSettings
from monitor.storage.engine import Database

CHECK_S: Final = 3.0
_FRESH_S: Final = 1.0
Ping = Callable[[str], None]
"""Asks for an address. Raises MonitorError or OSError where it does not answer well."""


class HealthMonitor:
    """Checks everything every few seconds, in threads of its own, and whenever somebody asks."""

    def __init__(
        self,
        live: LiveSettings,
        database: Database,
        check: HealthCheck,
        notices: OperatorNotices,
        ping: Ping,
        *,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._live = live
        self._database = database
        self._check = check
        self._notices = notices
        self._ping = ping
        self._clock = clock
        self._lock = Lock()
        self._latest: tuple[float, HealthFacts, Readiness] | None = None
        self._since: dict[str, datetime] = {}
        self._well_since: datetime | None = None
        self._pinged_at: datetime | None = None
        self._tasks = (
            PeriodicTask("health", self.look, every_s=CHECK_S, at_once=True),
            PeriodicTask("heartbeat ping", self.ping_if_due, every_s=1.0),
        )

    def start(self) -> None:
        """Begin to check."""
        for task in self._tasks:
            task.start()

    def stop(self) -> None:
        """Stop; a check that hangs is left alone."""
        for task in self._tasks:
            task.stop(within_s=1.0)
        self._check.close()

    def readiness(self) -> Readiness:
        """Return how every part is doing now, at most a second old. Blocks for some seconds at most."""
        return self._now()[1]

    def last_readiness(self) -> Readiness | None:
        """Return what the last check has found, without waiting; None before the first."""
        latest = self._latest
        return None if latest is None else latest[2]

    def well_since(self) -> datetime | None:
        """Return since when this process has found every part well; None while something is wrong, and before the first check."""
        return self._well_since

    def troubled_since(self) -> dict[str, datetime]:
        """Return since when this process has found each part wrong that is wrong now."""
        return dict(self._since)

    def look(self) -> None:
        """Check everything once and tell the operator what has changed."""
        facts, readiness = self._now()
        settings, now = self._live.current, self._clock.now()
        notify = settings.notify_operator or NotifyOperatorSettings(channels=())
        thresholds = Thresholds(source=notify.feed_after, channel=notify.channel_after, queue=notify.queue_after)
        snapshot = HealthSnapshot(
            sources=facts.sources,
            channels=facts.channels,
            oldest_unscanned_at=facts.oldest_unscanned_at,
            parts={name: (reason, self._since[name]) for name, reason in readiness.degraded.items() if name in self._since},
        )
        present = (*open_incidents(snapshot, thresholds, now), *quarantine_incidents(facts.quarantine))
        self._notices.update(settings, present, failing=snapshot.parts.keys(), writable=facts.database is None, now=now)

    def ping_if_due(self) -> None:
        """Ping the heartbeat's address if it is time and canaries come through."""
        heartbeat, now = self._live.current.heartbeat, self._clock.now()
        if heartbeat is None or (self._pinged_at is not None and self._pinged_at <= now < self._pinged_at + heartbeat.every):
            return
        latest = self._latest
        if latest is None or latest[2].status is ReadyStatus.DOWN or not self._canaries_come(heartbeat.every, now):
            return
        self._pinged_at = now
        try:
            self._ping(heartbeat.url.get_secret_value())
        except OSError as error:
            raise MonitorError(f"heartbeat: its address does not answer: {type(error).__name__}") from error

    def _canaries_come(self, every: timedelta, now: datetime) -> bool:
        with self._database.read() as connection:
            return is_coming_through(connection, every, now)

    def _now(self) -> tuple[HealthFacts, Readiness]:
        with self._lock:
            if self._latest is None or time.monotonic() - self._latest[0] > _FRESH_S:
                facts = self._check.facts()
                readiness = judge(facts, self._clock.now())
                self._latest = time.monotonic(), facts, readiness
                self._since = _since(self._since, readiness.degraded, self._clock.now())
                self._well_since = None if readiness.degraded else self._well_since or self._clock.now()
            return self._latest[1], self._latest[2]


def _since(before: Mapping[str, datetime], degraded: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    return {name: before.get(name, now) for name in degraded}
