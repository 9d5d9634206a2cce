"""Leases on channels and on claimed deliveries: the columns `lease_token` (the owner) and `lease_until` of their tables."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, or_, select, union, update

from monitor.domain.lease import Lease
from monitor.storage.tables import channels, deliveries

NO_LEASE: Final[dict[str, Any]] = {"lease_token": None, "lease_until": None}
"""The values of a row that nobody has."""


def lease_values(lease: Lease) -> dict[str, Any]:
    """Return the values of a row that the lease's owner has."""
    return {"lease_token": lease.owner, "lease_until": lease.until}


def leasable(table: Table, owner: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition under which `owner` may lease a row: nobody has it, its lease is over, or it is the owner's own."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now, table.c.lease_token == owner)


def lease_owners(connection: Connection, now: datetime) -> frozenset[str]:
    """Return the owners of all leases that are not over."""
    held = (select(table.c.lease_token).where(table.c.lease_until > now) for table in (channels, deliveries))
    return frozenset(connection.execute(union(*held)).scalars())


def expire(connection: Connection, owners: Collection[str], now: datetime) -> None:
    """End the leases of these owners, as if their time had run out."""
    for table in (channels, deliveries):
        connection.execute(update(table).where(table.c.lease_token.in_(owners)).values(lease_until=now))
