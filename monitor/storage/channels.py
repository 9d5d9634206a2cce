"""Store the state of channels, on which all processes must agree, and the lease of the process that sends on one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from monitor.domain.canary import CANARY_CHANNEL
from monitor.domain.channel_state import ChannelState
from monitor.domain.lease import Lease
from monitor.storage.dialect import insert
from monitor.storage.leases import NO_LEASE, leasable, lease_values
from monitor.storage.tables import channels, messages

_FRESH: dict[str, Any] = {"failures": 0, "failing_since": None, "open_until": None, "paused": False, "reason": None}


def acquire(connection: Connection, name: str, lease: Lease, *, now: datetime, target: bytes | None = None) -> ChannelState | None:
    """Lease the channel and return its state; None while another process has it. An owner may renew its lease.

    `target` is a fingerprint of the receiver that the channel leads to: a new receiver starts with a fresh state, and has none of the messages
    that were posted before.
    """
    values = lease_values(lease)
    take = update(channels).where(channels.c.name == name, leasable(channels, lease.owner, now)).values(values).returning(channels)
    row = connection.execute(take).one_or_none()
    if row is None:
        new = insert(connection, channels).values(name=name, target=target, **values).on_conflict_do_nothing()
        made = connection.execute(new.returning(channels.c.name)).scalar()
        return None if made is None else ChannelState()
    if target is None or row.target == target:
        return _state(row)
    connection.execute(update(channels).where(channels.c.name == name).values(target=target, **_FRESH))
    connection.execute(update(messages).where(messages.c.channel == name).values(reference=None))
    return ChannelState(next_send_at=row.next_send_at)


def release(connection: Connection, name: str, *, owner: str) -> None:
    """End the channel's lease, if `owner` has it."""
    mine = update(channels).where(channels.c.name == name, channels.c.lease_token == owner)
    connection.execute(mine.values(NO_LEASE))


def load(connection: Connection, name: str) -> ChannelState:
    """Return the channel's state; a fresh one for a channel never used."""
    row = connection.execute(select(channels).where(channels.c.name == name)).one_or_none()
    return ChannelState() if row is None else _state(row)


def save(connection: Connection, name: str, state: ChannelState, *, release: bool = False) -> None:
    """Store the channel's state; `release` also ends its lease, which must be ours."""
    values: dict[str, Any] = {
        "failures": state.failures,
        "failing_since": state.failing_since,
        "open_until": state.open_until,
        "paused": state.paused,
        "reason": state.reason,
        "next_send_at": state.next_send_at,
    }
    if release:
        values |= NO_LEASE
    connection.execute(update(channels).where(channels.c.name == name).values(values))


def resume(connection: Connection, name: str) -> bool:
    """Forget a channel's failures, so that its deliveries are sent again; return False if it has never been used."""
    return connection.execute(update(channels).where(channels.c.name == name).values(_FRESH)).rowcount == 1


def failing(connection: Connection, *, since: datetime) -> dict[str, ChannelState]:
    """Return the channels on which nothing has succeeded since `since` or longer, by name."""
    query = select(channels).where(channels.c.failing_since <= since, channels.c.name != CANARY_CHANNEL).order_by(channels.c.name)
    return {row.name: _state(row) for row in connection.execute(query)}


def listing(connection: Connection) -> dict[str, ChannelState]:
    """Return every channel that was ever used, by name."""
    query = select(channels).where(channels.c.name != CANARY_CHANNEL).order_by(channels.c.name)
    return {row.name: _state(row) for row in connection.execute(query)}


def _state(row: Any) -> ChannelState:
    return ChannelState(
        failures=row.failures,
        failing_since=row.failing_since,
        open_until=row.open_until,
        paused=row.paused,
        reason=row.reason,
        next_send_at=row.next_send_at,
    )
