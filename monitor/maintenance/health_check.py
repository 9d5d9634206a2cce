"""Find out how every part of the program is doing, within seconds, whatever hangs."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.daemon.heartbeat import ALIVE_WITHIN
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.readiness import HealthFacts
from monitor.domain.step_beat import StepBeat
from monitor.domain.times import age
from monitor.maintenance.probe import Probe
from monitor.maintenance.send_canary import canary_fault
from monitor.settings.live import LiveSettings
from monitor.settings.model import Settings
from monitor.sources.registry import failing_sources
from monitor.sources.source import HealthRequest
from monitor.storage import channels, heartbeats, probes, quarantine, scans
from monitor.storage.engine import Database
from monitor.storage.heartbeats import Beat

ANSWER_WITHIN_S: Final = 5.0
_FULL_BELOW, _SCARCE_BELOW, _SCARCE_SHARE = 1_000_000, 100_000_000, 0.05
_PADDING: Final = "0" * 4096
"""So much is written that a full disk is noticed, not only a log that has a few bytes left."""
_NEEDED_ROLES: Final = {"scheduler": ("scheduler",), "workers": ("scan", "deliver")}


class HealthCheck:
    """Checks every part. `check_redis` raises ServiceUnavailable where Redis does not take what is written."""

    def __init__(
        self, live: LiveSettings, database: Database, check_redis: Callable[[], None], *, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._live = live
        self._database = database
        self._clock = clock
        self._started_at = clock.now()
        self._written = Probe("database", self._write)
        self._redis = Probe("redis", check_redis)
        self._read = Probe("facts", self._read_facts)

    def facts(self) -> HealthFacts:
        """Return how everything is doing. Blocks for some seconds at most."""
        for probe in (self._written, self._redis, self._read):
            probe.ask()
        _, database = self._written.answer(ANSWER_WITHIN_S)
        _, redis = self._redis.answer(ANSWER_WITHIN_S)
        found, unread = self._read.answer(ANSWER_WITHIN_S)
        settings = self._live.current
        facts = found or HealthFacts(readable=False)
        return replace(
            facts,
            database=database or unread,
            disk=disk_fault(settings) if settings.database_url is None else None,
            redis=None if redis is None else f"{redis}; the workers take their work from the database instead",
            configuration=self._live.problem,
        )

    def close(self) -> None:
        """Let go of the threads."""
        for probe in (self._written, self._redis, self._read):
            probe.close()

    def _write(self) -> None:
        with self._database.write() as connection:
            probes.record(connection, f"write {socket.gethostname()}"[:64], {"padding": _PADDING}, self._clock.now())

    def _read_facts(self) -> HealthFacts:
        settings, now = self._live.current, self._clock.now()
        with self._database.read() as connection:
            return HealthFacts(
                idle=idle_parts(heartbeats.alive(connection, now, ALIVE_WITHIN), now),
                sources=failing_sources(connection, HealthRequest(settings=settings, now=now)),
                channels={name: state for name, state in channels.listing(connection).items() if name in settings.channels},
                oldest_unscanned_at=scans.backlog(connection).oldest,
                quarantine=quarantine.listing(connection),
                canary=canary_fault(connection, settings, started_at=self._started_at, now=now),
            )


def idle_parts(beats: Sequence[Beat], now: datetime) -> dict[str, str]:
    """Return for the scheduler and the workers what shows no sign of life or does not tick, if anything does not."""
    found: dict[str, str] = {}
    for name, roles in _NEEDED_ROLES.items():
        of_part = [beat for beat in beats if beat.role in roles]
        missing = [role for role in roles if all(beat.role != role for beat in of_part)]
        faults = [f"no sign of life from {' or '.join(missing)} for {ALIVE_WITHIN.seconds} s"] if missing else []
        for role in roles:
            faults += _late_steps([beat for beat in of_part if beat.role == role], now)
        if faults:
            found[name] = "; ".join(faults)
    return found


def _late_steps(beats: Sequence[Beat], now: datetime) -> Iterator[str]:
    """Yield the steps that no process of a role does in time: of several processes one is enough."""
    newest: dict[str, StepBeat] = {}
    for name, step in ((name, step) for beat in beats for name, step in beat.steps.items()):
        newest[name] = max(step, newest.get(name, step), key=lambda one: one.at)
    for name, step in newest.items():
        if step.is_late(now):
            yield f"the step {name!r} last ended {age(step.at, now)} ago"


def disk_fault(settings: Settings) -> str | None:
    """Return what is wrong with the disk of the data directory, if anything is."""
    folder = next((one for one in (settings.data_dir, *settings.data_dir.absolute().parents) if one.exists()), settings.data_dir)
    try:
        disk = shutil.disk_usage(folder)
    except OSError as error:
        return f"{settings.data_dir}: {(error.strerror or str(error)).lower()}"
    if disk.free < _FULL_BELOW:
        return f"the disk of {settings.data_dir} is full: nothing new can be stored; free some space"
    if disk.free < min(_SCARCE_BELOW, disk.total * _SCARCE_SHARE):
        return f"the disk of {settings.data_dir} has only {disk.free / 1e6:.0f} MB left; free some space"
    return None
