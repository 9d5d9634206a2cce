"""The watchdog: when channels fail, others take over; when monitoring itself is broken, the operator hears of it.

Notices go through the same outbox as alerts, so that they are repeated until they arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from monitor.domain.delivery import BROKEN, RECOVERED
from monitor.domain.health import Patience, Trouble, news, troubles
from monitor.domain.times import rfc3339
from monitor.settings.channels import Channel
from monitor.settings.model import NotifyOperatorSettings, Settings
from monitor.storage import channels, deliveries
from monitor.storage import troubles as storage
from monitor.storage.engine import Database


def look(database: Database, settings: Settings, now: datetime) -> None:
    """One round. Cheap enough for every few seconds."""
    with database.write() as connection:
        take_over(connection, settings.channels, now)
        if settings.notify_operator is not None:
            tell(connection, settings.notify_operator, now)


def take_over(connection: Connection, configured: Mapping[str, Channel], now: datetime) -> None:
    """Hand what waits on a channel that has failed for too long, or is paused, to its fallback as well."""
    for name, state in channels.failing(connection, since=now).items():
        channel = configured.get(name)
        if channel is None or channel.fallback is None or state.failing_since is None:
            continue
        if state.paused or state.failing_since <= now - channel.fallback_after:
            deliveries.take_over(connection, name, channel.fallback)


def tell(connection: Connection, settings: NotifyOperatorSettings, now: datetime) -> None:
    """Send the operator what is newly broken and what works again."""
    patience = Patience(feed=settings.feed_after, channel=settings.channel_after, queue=settings.queue_after)
    begun, over = news(storage.known(connection), troubles(storage.vitals(connection), patience, now))
    for one in begun:
        if storage.begin(connection, one):
            deliveries.notify(connection, BROKEN, _data(one), settings.channels, now=now)
    for one in over:
        if storage.end(connection, one):
            deliveries.notify(connection, RECOVERED, _data(one), settings.channels, now=now)


def _data(trouble: Trouble) -> dict[str, str]:
    return {"subject": trouble.subject, "problem": trouble.problem, "since": rfc3339(trouble.since)}
