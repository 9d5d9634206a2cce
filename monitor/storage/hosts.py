"""Store when each host may be asked again, for all processes that fetch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from monitor.domain.feed import HostUpdate
from monitor.storage.dialect import insert
from monitor.storage.tables import hosts


def ensure(connection: Connection, names: Collection[str]) -> None:
    """Insert the hosts that are not known."""
    statement = insert(connection, hosts).on_conflict_do_nothing(index_elements=["host"])
    connection.execute(statement, [{"host": name} for name in sorted(names)])


def is_open(now: Any) -> Any:
    """Return the condition that a host's gap and pause are over at `now`, a time or a parameter."""
    return and_(
        or_(hosts.c.next_request_at.is_(None), hosts.c.next_request_at <= now),
        or_(hosts.c.paused_until.is_(None), hosts.c.paused_until <= now),
    )


def close_until(connection: Connection, names: Sequence[str], until: datetime) -> None:
    """Let nobody ask these hosts until `until`."""
    connection.execute(_CLOSE_UNTIL, {"names": list(names), "until": until})


def refusals(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """Return how often in a row each host has refused us as too fast; hosts that have not are left out."""
    return {row.host: row.refusals for row in connection.execute(_REFUSALS, {"names": list(names)})}


_OF_NAMES = hosts.c.host.in_(bindparam("names", expanding=True))
_CLOSE_UNTIL = update(hosts).where(_OF_NAMES).values(next_request_at=bindparam("until"))
_REFUSALS = select(hosts.c.host, hosts.c.refusals).where(_OF_NAMES, hosts.c.refusals > 0)


def record(connection: Connection, change: HostUpdate) -> None:
    """Store what a poll has learnt about a host."""
    values = {"refusals": change.refusals, "paused_until": change.paused_until, "reason": change.reason}
    connection.execute(update(hosts).where(hosts.c.host == change.host).values(**values))


def pause(connection: Connection, host: str, until: datetime, reason: str) -> None:
    """Let nobody ask a host until `until`, for this `reason`; a longer pause stays."""
    ensure(connection, (host,))
    shorter = or_(hosts.c.paused_until.is_(None), hosts.c.paused_until < until)
    connection.execute(update(hosts).where(hosts.c.host == host, shorter).values(paused_until=until, reason=reason))


def reserve(connection: Connection, host: str, *, now: datetime, gap: timedelta, latest: datetime) -> datetime | None:
    """Reserve and return the next free moment for one request to `host`; None, and nothing is reserved, if that is after `latest`."""
    ensure(connection, (host,))
    row = connection.execute(
        select(hosts.c.next_request_at, hosts.c.paused_until).where(hosts.c.host == host).with_for_update()
    ).one()
    moment: datetime = max([now, *(time for time in (row.next_request_at, row.paused_until) if time is not None)])
    if moment > latest:
        return None
    connection.execute(update(hosts).where(hosts.c.host == host).values(next_request_at=moment + gap))
    return moment
