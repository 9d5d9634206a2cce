"""Tell whether any work is left, over all outboxes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, exists, or_, select

from monitor.domain.delivery import DeliveryStatus
from monitor.storage import holds
from monitor.storage.tables import channels, deliveries, scans

HOPELESS_AFTER = 2
"""An article that has failed to scan this often is not waited for any longer."""


def idle(connection: Connection, now: datetime) -> bool:
    """Return whether nothing is left to scan, to report or to deliver that could be done now."""
    to_scan = or_(scans.c.error.is_(None), scans.c.attempts < HOPELESS_AFTER)
    resting = select(channels.c.name).where(or_(channels.c.paused, channels.c.open_until > now))
    sending = deliveries.c.status == DeliveryStatus.SENDING
    due = and_(
        deliveries.c.status == DeliveryStatus.PENDING,
        deliveries.c.next_attempt_at <= now,
        deliveries.c.channel.not_in(resting),
    )
    return not holds.any_due(connection, now) and not any(
        connection.execute(select(exists().where(some))).scalar() for some in (to_scan, sending, due)
    )
