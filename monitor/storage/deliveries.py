"""Store deliveries, one row for each alert and channel. A row is claimed before it is sent and settled after the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Select, and_, func, or_, select, union, update

from monitor.domain.alert import Reason
from monitor.domain.canary import CANARY_CHANNEL
from monitor.domain.delivery import CREATED, UPDATED, ClaimedDelivery, Delivery, DeliveryStatus, DeliveryUpdate
from monitor.domain.ids import AlertId, DeliveryId, derived_id
from monitor.domain.lease import Lease
from monitor.domain.watch import Severity
from monitor.masking import mask
from monitor.storage.delivery_order import due_in_order
from monitor.storage.dialect import insert
from monitor.storage.ids import free_id
from monitor.storage.leases import NO_LEASE, lease_values
from monitor.storage.listing_filter import ListFilter, in_time
from monitor.storage.tables import alerts, channels, deliveries

_PENDING, _SENDING, _HELD = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.HELD
_SEVERITIES = tuple(Severity)
_OF_USERS = deliveries.c.channel != CANARY_CHANNEL
"""What the lists show: canaries have a channel of their own."""


def create(connection: Connection, alert_id: AlertId, names: Sequence[str], *, now: datetime) -> tuple[DeliveryId, ...]:
    """Add a delivery of the alert to each of the channels `names` that has none yet; return the ids of the new ones.

    `now` is the alert's own time, which decides the order within a channel.
    """
    if not names:
        return ()
    alert = connection.execute(select(alerts.c.story_id, alerts.c.severity).where(alerts.c.id == alert_id)).one()
    common = {"alert_id": alert_id, "story_id": alert.story_id, "rank": Severity(alert.severity).rank, **_waiting(now)}
    rows = [{"id": derived_id("delivery", alert_id, name), "channel": name, **common} for name in names]
    query = insert(connection, deliveries).values(rows).on_conflict_do_nothing().returning(deliveries.c.id)
    return tuple(DeliveryId(one) for one in connection.execute(query).scalars())


def notify(connection: Connection, kind: str, data: dict[str, Any], names: Sequence[str], *, now: datetime) -> None:
    """Add a delivery of a notice to the operator to each of the channels `names`; `data` is what its webhook says."""
    told = mask(orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode())
    notice = {"type": kind, "data": orjson.loads(told)}
    for name in names:
        row = {
            "id": free_id(connection, deliveries, "notice", kind, name, told),
            "channel": name,
            "notice": notice,
            **_waiting(now),
        }
        connection.execute(insert(connection, deliveries).values(row))


def due_channels(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Return the channels on which something can be sent now: with due rows, not leased, neither paused nor resting."""
    busy = select(channels.c.name).where(
        or_(channels.c.paused, channels.c.lease_until > now, channels.c.open_until > now, channels.c.next_send_at > now)
    )
    waiting = deliveries.c.status.in_((_PENDING, _HELD)), deliveries.c.next_attempt_at <= now
    lost = deliveries.c.status == _SENDING, deliveries.c.lease_until <= now
    some = union(select(deliveries.c.channel).where(*waiting), select(deliveries.c.channel).where(*lost)).subquery()
    query = select(some.c.channel).where(some.c.channel.not_in(busy))
    return tuple(sorted(connection.execute(query).scalars()))


def next_due(connection: Connection, channel: str) -> datetime | None:
    """Return when the channel's next delivery falls due; None when none waits."""
    waiting = deliveries.c.status.in_((_PENDING, _HELD))
    query = select(func.min(deliveries.c.next_attempt_at)).where(deliveries.c.channel == channel, waiting)
    found: datetime | None = connection.execute(query).scalar()
    return found


def reclaim(connection: Connection, channel: str, now: datetime) -> int:
    """Make due what a dead process had claimed, and what was held until now; return how many of the held were released."""
    mine = deliveries.c.channel == channel
    lost = update(deliveries).where(mine, deliveries.c.status == _SENDING, deliveries.c.lease_until <= now)
    connection.execute(lost.values(status=_PENDING, next_attempt_at=now, **NO_LEASE))
    held = update(deliveries).where(mine, deliveries.c.status == _HELD, deliveries.c.next_attempt_at <= now)
    return connection.execute(held.values(status=_PENDING)).rowcount


def defer(
    connection: Connection, channel: str, *, until: datetime, severities: Iterable[Severity], now: datetime, since: datetime | None
) -> int:
    """Hold what is due of these severities until `until`: what was raised at `since` or later, or (None) all, for quiet hours; return how many.

    Notices to the operator have no severity, what only keeps a message up to date disturbs nobody, and a report of what was held back is a
    digest of its own, which only quiet hours hold.
    """
    query = update(deliveries).where(
        deliveries.c.channel == channel,
        deliveries.c.status == _PENDING,
        deliveries.c.next_attempt_at <= now,
        deliveries.c.rank.in_([severity.rank for severity in severities]),
    )
    if since is not None:
        of_story = or_(deliveries.c.alert_id.is_not(None), deliveries.c.change.is_not(None))
        query = query.where(deliveries.c.created_at >= since, of_story)
    return connection.execute(query.values(status=_HELD, next_attempt_at=until, quiet=since is None)).rowcount


def due(connection: Connection, channel: str, *, now: datetime, limit: int) -> tuple[DeliveryId, ...]:
    """Return the channel's due deliveries in the order in which they are sent, at most `limit`."""
    return tuple(DeliveryId(row.id) for row in due_in_order(connection, channel, now=now, limit=limit))


def claim(connection: Connection, ids: Sequence[DeliveryId], lease: Lease) -> tuple[ClaimedDelivery, ...]:
    """Claim these deliveries as far as they wait, and return what was claimed, in the order of `ids`."""
    taken = update(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.status.in_((_PENDING, _HELD)))
    connection.execute(taken.values(status=_SENDING, **lease_values(lease)))
    query = (
        select(
            deliveries.c.id,
            deliveries.c.alert_id,
            deliveries.c.channel,
            deliveries.c.attempts,
            deliveries.c.first_attempt_at,
            deliveries.c.notice,
            deliveries.c.quiet,
            func.coalesce(alerts.c.created_at, deliveries.c.created_at).label("alerted_at"),
            deliveries.c.rank,
            deliveries.c.story_id,
            alerts.c.term,
            alerts.c.data,
        )
        .join_from(deliveries, alerts, isouter=True)
        .where(deliveries.c.id.in_(ids), deliveries.c.lease_token == lease.owner)
    )
    found = {row.id: _claimed(row) for row in connection.execute(query)}
    return tuple(found[one] for one in ids if one in found)


def settle(
    connection: Connection,
    ids: Sequence[DeliveryId],
    change: DeliveryUpdate,
    *,
    owner: str,
    now: datetime,
    began: datetime,
    reference: str | None = None,
) -> int:
    """Change these deliveries after an attempt, as far as `owner` still holds their claim; return how many were changed.

    `began` is when the attempt was made: the first one starts the 24 hours.
    """
    done = change.status in {DeliveryStatus.DELIVERED, DeliveryStatus.DEAD}
    values: dict[str, Any] = {
        "status": change.status,
        "attempts": deliveries.c.attempts + 1,
        "first_attempt_at": func.coalesce(deliveries.c.first_attempt_at, began),
        "next_attempt_at": change.next_attempt_at,
        "last_error": change.error,
        "settled_at": now if done else None,
        **NO_LEASE,
    }
    if reference is not None:
        values["reference"] = reference
    return connection.execute(update(deliveries).where(_claimed_by(ids, owner)).values(values)).rowcount


def release_all(connection: Connection, *, owner: str) -> int:
    """End the claims of `owner`, without an attempt; return how many."""
    query = update(deliveries).where(deliveries.c.status == _SENDING, deliveries.c.lease_token == owner)
    return connection.execute(query.values(status=_PENDING, **NO_LEASE)).rowcount


def make_due(connection: Connection, channel: str, *, now: datetime) -> int:
    """Make due what waits for a retry, now that the channel works again, so that the backlog leaves oldest first; return how many."""
    query = update(deliveries).where(
        deliveries.c.channel == channel,
        deliveries.c.status == _PENDING,
        deliveries.c.next_attempt_at > now,
        deliveries.c.attempts > 0,
    )
    return connection.execute(query.values(next_attempt_at=now)).rowcount


def dead_letter_all(connection: Connection, channel: str, reason: str, *, now: datetime) -> int:
    """Make dead letters of all that waits on a channel that does not exist; return how many."""
    query = update(deliveries).where(deliveries.c.channel == channel, deliveries.c.status.in_((_PENDING, _HELD, _SENDING)))
    dead = {"status": DeliveryStatus.DEAD, "next_attempt_at": None, "last_error": reason, "settled_at": now, **NO_LEASE}
    return connection.execute(query.values(dead)).rowcount


def listing(
    connection: Connection,
    *,
    status: DeliveryStatus | None = None,
    channel: str | None = None,
    alert_ids: Sequence[AlertId] | None = None,
    limit: int | None = None,
    more: ListFilter | None = None,
) -> tuple[Delivery, ...]:
    """Return deliveries, the newest alert's first; `more` says from what time."""
    query: Select[Any] = select(deliveries).where(_OF_USERS).order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc())
    if status is not None:
        query = query.where(deliveries.c.status == status)
    if channel is not None:
        query = query.where(deliveries.c.channel == channel)
    if alert_ids is not None:
        query = query.where(deliveries.c.alert_id.in_(alert_ids))
    if more is not None:
        query = query.where(*in_time(more, deliveries.c.created_at, deliveries.c.id))
    return tuple(_delivery(row) for row in connection.execute(query.limit(limit)))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many deliveries have each status."""
    query = select(deliveries.c.status, func.count()).where(_OF_USERS).group_by(deliveries.c.status)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {status.value: found.get(status.value, 0) for status in DeliveryStatus}


def retry(connection: Connection, ids: Sequence[DeliveryId] | None, *, now: datetime) -> tuple[DeliveryId, ...]:
    """Try these deliveries again as if for the first time, or (None) every dead letter; delivered ones are left alone.

    A channel that was paused sends again. Returns the deliveries that are now due.
    """
    chosen = deliveries.c.status == DeliveryStatus.DEAD
    if ids is not None:
        chosen = and_(deliveries.c.id.in_(ids), deliveries.c.status.in_((DeliveryStatus.DEAD, _PENDING, _HELD)))
    fresh = (
        update(deliveries)
        .where(chosen)
        .values(status=_PENDING, attempts=0, first_attempt_at=None, next_attempt_at=now, settled_at=None)
    )
    rows = connection.execute(fresh.returning(deliveries.c.id, deliveries.c.channel)).all()
    resumed = update(channels).where(channels.c.name.in_({row.channel for row in rows}))
    connection.execute(resumed.values(paused=False, open_until=None, reason=None))
    return tuple(sorted(DeliveryId(row.id) for row in rows))


def _waiting(now: datetime) -> dict[str, Any]:
    return {"next_attempt_at": now, "created_at": now, "status": _PENDING}


def _claimed_by(ids: Sequence[DeliveryId], owner: str) -> Any:
    return and_(deliveries.c.id.in_(ids), deliveries.c.lease_token == owner, deliveries.c.status == _SENDING)


def _claimed(row: Any) -> ClaimedDelivery:
    common: dict[str, Any] = {
        "id": row.id,
        "alerted_at": row.alerted_at,
        "attempts": row.attempts,
        "first_attempt_at": row.first_attempt_at,
        "quiet": row.quiet,
        "story_id": row.story_id,
        "severity": Severity.HIGH if row.rank is None else _SEVERITIES[max(row.rank, 0)],
    }
    if row.notice is not None:
        return ClaimedDelivery(alert_id=None, data=row.notice["data"], kind=row.notice["type"], **common)
    kind = UPDATED if row.data.get("alert", {}).get("reason") == Reason.JOINED else CREATED
    return ClaimedDelivery(alert_id=row.alert_id, data=row.data, kind=kind, term=row.term, **common)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        alert_id=row.alert_id,
        channel=row.channel,
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        last_error=row.last_error,
        created_at=row.created_at,
        notice=row.notice["type"] if row.notice else None,
    )
