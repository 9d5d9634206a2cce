"""The watchdog: when channels fail, others take over; when monitoring itself is broken, the operator hears of it.

Notices go through the same outbox as alerts, so that they are repeated until they arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.domain.delivery import BROKEN, RECOVERED
from monitor.domain.incidents import Incident, Thresholds, news, open_incidents
from monitor.domain.times import rfc3339
from monitor.settings.channels import ChannelBase
from monitor.settings.model import NotifyOperatorSettings, Settings
from monitor.storage import channels, deliveries
from monitor.storage import incidents as storage
from monitor.storage.engine import Connection, Database


def look(database: Database, settings: Settings, now: datetime) -> None:
    """One round. Cheap enough for every few seconds."""
    with database.write() as connection:
        copy_to_fallback(connection, settings.channels, now)
        if settings.notify_operator is not None:
            tell(connection, settings.notify_operator, now)


def copy_to_fallback(connection: Connection, configured: Mapping[str, ChannelBase], now: datetime) -> None:
    """Hand what waits on a channel that has failed for too long, or is paused, to its fallback as well."""
    for name, state in channels.failing(connection, since=now).items():
        channel = configured.get(name)
        if channel is None or channel.fallback is None or state.failing_since is None:
            continue
        if state.paused or state.failing_since <= now - channel.fallback_after:
            deliveries.copy_to_fallback(connection, name, channel.fallback)


def tell(connection: Connection, settings: NotifyOperatorSettings, now: datetime) -> None:
    """Send the operator what is newly broken and what works again."""
    patience = Thresholds(feed=settings.feed_after, channel=settings.channel_after, queue=settings.queue_after)
    begun, over = news(storage.known(connection), open_incidents(storage.health_snapshot(connection), patience, now))
    for one in begun:
        if storage.begin(connection, one):
            deliveries.notify(connection, BROKEN, _data(one), settings.channels, now=now)
    for one in over:
        if storage.end(connection, one):
            deliveries.notify(connection, RECOVERED, _data(one), settings.channels, now=now)


def _data(incident: Incident) -> dict[str, str]:
    return {"subject": incident.subject, "problem": incident.problem, "since": rfc3339(incident.since)}
