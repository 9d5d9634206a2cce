"""The watchdog: copies the alerts of failing channels to others, and tells the operator when monitoring itself is broken.

Notices go through the same outbox as alerts, so they are repeated until they arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.domain.delivery import BROKEN, RECOVERED
from monitor.domain.incidents import HealthSnapshot, Incident, Thresholds, changes, open_incidents
from monitor.domain.quarantined import quarantine_incidents
from monitor.domain.times import rfc3339
from monitor.settings.channels import ChannelBase
from monitor.settings.model import NotifyOperatorSettings, Settings
from monitor.sources.registry import failing_sources
from monitor.sources.source import HealthRequest
from monitor.storage import channels, deliveries, incidents, quarantine, scans
from monitor.storage.engine import Connection, Database


def check(database: Database, settings: Settings, now: datetime) -> None:
    """Check everything once. Cheap enough for every few seconds."""
    with database.write() as connection:
        copy_to_fallback(connection, settings.channels, now)
        if settings.notify_operator is not None:
            _notify_operator(connection, settings, settings.notify_operator, now)


def copy_to_fallback(connection: Connection, configured: Mapping[str, ChannelBase], now: datetime) -> None:
    """Copy what waits on a channel that has failed for too long, or is paused, to its fallback."""
    for name, state in channels.failing(connection, since=now).items():
        channel = configured.get(name)
        if channel is None or channel.fallback is None or state.failing_since is None:
            continue
        if state.paused or state.failing_since <= now - channel.fallback_after:
            deliveries.copy_to_fallback(connection, name, channel.fallback)


def _notify_operator(connection: Connection, settings: Settings, notify: NotifyOperatorSettings, now: datetime) -> None:
    thresholds = Thresholds(source=notify.feed_after, channel=notify.channel_after, queue=notify.queue_after)
    held = quarantine_incidents(quarantine.listing(connection))
    present = (*open_incidents(_snapshot(connection, settings, now), thresholds, now), *held)
    begun, over = changes(incidents.known(connection), present)
    for incident in begun:
        if incidents.begin(connection, incident):
            deliveries.notify(connection, BROKEN, _notice(incident), notify.channels, now=now)
    for incident in over:
        if incidents.end(connection, incident):
            deliveries.notify(connection, RECOVERED, _notice(incident), notify.channels, now=now)


def _snapshot(connection: Connection, settings: Settings, now: datetime) -> HealthSnapshot:
    return HealthSnapshot(
        sources=failing_sources(connection, HealthRequest(settings=settings, now=now)),
        channels=channels.listing(connection),
        oldest_unscanned_at=scans.backlog(connection).oldest,
    )


def _notice(incident: Incident) -> dict[str, str]:
    return {"subject": incident.subject, "problem": incident.problem, "since": rfc3339(incident.since)}
