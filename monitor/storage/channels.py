"""The shared state of channels, and the lease of the process that sends on one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from monitor.domain.channel_state import ChannelState
from monitor.storage.dialect import insert
from monitor.storage.tables import channels

_FRESH: dict[str, Any] = {"failures": 0, "failing_since": None, "open_until": None, "paused": False, "reason": None}


def acquire(
    connection: Connection, name: str, *, token: str, now: datetime, until: datetime, target: bytes | None = None
) -> ChannelState | None:
    """Take or renew the channel's lease until then and return its state; None while another process has the lease.

    `target` is a fingerprint of the receiver: the state of a new receiver starts afresh.
    """
    mine = or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now, channels.c.lease_token == token)
    lease = {"lease_token": token, "lease_until": until}
    take = update(channels).where(channels.c.name == name, mine).values(lease).returning(channels)
    row = connection.execute(take).one_or_none()
    if row is None:
        new = insert(connection, channels).values(name=name, target=target, **lease).on_conflict_do_nothing()
        made = connection.execute(new.returning(channels.c.name)).scalar()
        return None if made is None else ChannelState()
    if target is None or row.target == target:
        return _state(row)
    connection.execute(update(channels).where(channels.c.name == name).values(target=target, **_FRESH))
    return ChannelState(next_send_at=row.next_send_at)


def release(connection: Connection, name: str, *, token: str) -> None:
    """Release the lease if `token` still has it."""
    mine = update(channels).where(channels.c.name == name, channels.c.lease_token == token)
    connection.execute(mine.values(lease_token=None, lease_until=None))


def load(connection: Connection, name: str) -> ChannelState:
    """Return the channel's state; a fresh one for a channel that was never used."""
    row = connection.execute(select(channels).where(channels.c.name == name)).one_or_none()
    return ChannelState() if row is None else _state(row)


def save(connection: Connection, name: str, state: ChannelState, *, release: bool = False) -> None:
    """Store the channel's state; `release` also ends the lease. The caller must have the lease."""
    values: dict[str, Any] = {
        "failures": state.failures,
        "failing_since": state.failing_since,
        "open_until": state.open_until,
        "paused": state.paused,
        "reason": state.reason,
        "next_send_at": state.next_send_at,
    }
    if release:
        values |= {"lease_token": None, "lease_until": None}
    connection.execute(update(channels).where(channels.c.name == name).values(values))


def resume(connection: Connection, name: str) -> bool:
    """Reset the failures of a channel, so that its deliveries go out again; return False if it was never used."""
    return connection.execute(update(channels).where(channels.c.name == name).values(_FRESH)).rowcount == 1


def failing(connection: Connection, *, since: datetime) -> dict[str, ChannelState]:
    """Return the channels on which nothing has succeeded since `since` or longer, by name."""
    query = select(channels).where(channels.c.failing_since <= since).order_by(channels.c.name)
    return {row.name: _state(row) for row in connection.execute(query)}


def listing(connection: Connection) -> dict[str, ChannelState]:
    """Return every channel that was ever used, by name."""
    return {row.name: _state(row) for row in connection.execute(select(channels).order_by(channels.c.name))}


def _state(row: Any) -> ChannelState:
    return ChannelState(
        failures=row.failures,
        failing_since=row.failing_since,
        open_until=row.open_until,
        paused=row.paused,
        reason=row.reason,
        next_send_at=row.next_send_at,
    )
