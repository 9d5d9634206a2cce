"""Look up and end the leases on channels and on claimed deliveries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, union, update

from monitor.storage.tables import channels, deliveries


def lease_owners(connection: Connection, now: datetime) -> frozenset[str]:
    """Return the owners of all leases in force at `now`."""
    held = (select(table.c.lease_token).where(table.c.lease_until > now) for table in (channels, deliveries))
    return frozenset(connection.execute(union(*held)).scalars())


def expire(connection: Connection, tokens: Collection[str], now: datetime) -> None:
    """End the leases of these owners, as if their time had run out."""
    for table in (channels, deliveries):
        connection.execute(update(table).where(table.c.lease_token.in_(tokens)).values(lease_until=now))
