"""Deliveries: the outbox of alerts, one row per alert and channel. A row is claimed before it is sent and settled after the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, or_, select, update

from monitor.domain.alert import Reason
from monitor.domain.delivery import CREATED, UPDATED, ClaimedDelivery, Delivery, DeliveryStatus, DeliveryUpdate, Thread
from monitor.domain.ids import AlertId, DeliveryId
from monitor.domain.watch import Severity
from monitor.storage.dialect import insert
from monitor.storage.ids import new_id
from monitor.storage.tables import alerts, channels, deliveries

_PENDING, _SENDING, _HELD = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.HELD
_FREE: dict[str, Any] = {"lease_token": None, "lease_until": None}


def create(connection: Connection, alert_id: AlertId, names: Sequence[str], *, now: datetime) -> tuple[DeliveryId, ...]:
    """Put an alert on its way to each of the channels `names`; what is on its way already stays. The ids of the new deliveries.

    `now` is the alert's own time: it decides the order within a channel.
    """
    rows = [
        {"id": new_id(), "alert_id": alert_id, "channel": name, "next_attempt_at": now, "created_at": now, "status": _PENDING}
        for name in names
    ]
    if not rows:
        return ()
    query = insert(connection, deliveries).values(rows).on_conflict_do_nothing().returning(deliveries.c.id)
    return tuple(DeliveryId(one) for one in connection.execute(query).scalars())


def notify(connection: Connection, kind: str, data: dict[str, Any], names: Sequence[str], *, now: datetime) -> None:
    """Put a notice to the operator on its way to each of the channels `names`; `data` is what its webhook says."""
    notice = {"type": kind, "data": data}
    for name in names:
        row = {"id": new_id(), "channel": name, "notice": notice, "next_attempt_at": now, "created_at": now, "status": _PENDING}
        connection.execute(insert(connection, deliveries).values(row))


def due_channels(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The channels on which something can be sent now: due rows, nobody at work on it, neither paused nor resting."""
    busy = select(channels.c.name).where(
        or_(channels.c.paused, channels.c.lease_until > now, channels.c.open_until > now, channels.c.next_send_at > now)
    )
    query = (
        select(deliveries.c.channel).where(_due(now), deliveries.c.channel.not_in(busy)).distinct().order_by(deliveries.c.channel)
    )
    return tuple(connection.execute(query).scalars())


def next_due(connection: Connection, channel: str) -> datetime | None:
    """When the channel's next delivery falls due; None when none waits."""
    waiting = deliveries.c.status.in_((_PENDING, _HELD))
    query = select(func.min(deliveries.c.next_attempt_at)).where(deliveries.c.channel == channel, waiting)
    found: datetime | None = connection.execute(query).scalar()
    return found


def reclaim(connection: Connection, channel: str, now: datetime) -> int:
    """Make due what a vanished process had claimed, and what was held until now. How many of the held were released."""
    mine = deliveries.c.channel == channel
    lost = update(deliveries).where(mine, deliveries.c.status == _SENDING, deliveries.c.lease_until <= now)
    connection.execute(lost.values(status=_PENDING, next_attempt_at=now, **_FREE))
    held = update(deliveries).where(mine, deliveries.c.status == _HELD, deliveries.c.next_attempt_at <= now)
    return connection.execute(held.values(status=_PENDING)).rowcount


def hold(
    connection: Connection, channel: str, *, until: datetime, severities: Iterable[Severity], now: datetime, since: datetime | None
) -> int:
    """Hold what is due and not urgent until `until`: the alerts of these severities, raised at `since` or later if given. How many."""
    quiet = select(alerts.c.id).where(alerts.c.severity.in_(tuple(severities)))
    query = update(deliveries).where(
        deliveries.c.channel == channel,
        deliveries.c.status == _PENDING,
        deliveries.c.next_attempt_at <= now,
        deliveries.c.alert_id.in_(quiet),
    )
    if since is not None:
        query = query.where(deliveries.c.created_at >= since)
    return connection.execute(query.values(status=_HELD, next_attempt_at=until)).rowcount


def due(connection: Connection, channel: str, *, now: datetime, limit: int) -> tuple[DeliveryId, ...]:
    """The channel's due deliveries, oldest alert first, at most `limit`."""
    query = (
        select(deliveries.c.id)
        .where(deliveries.c.channel == channel, deliveries.c.status == _PENDING, deliveries.c.next_attempt_at <= now)
        .order_by(deliveries.c.created_at, deliveries.c.id)
        .limit(limit)
    )
    return tuple(DeliveryId(one) for one in connection.execute(query).scalars())


def claim(connection: Connection, ids: Sequence[DeliveryId], *, token: str, until: datetime) -> tuple[ClaimedDelivery, ...]:
    """Take these pending deliveries for `token` until the lease ends; what was taken, oldest alert first."""
    taken = update(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.status == _PENDING)
    connection.execute(taken.values(status=_SENDING, lease_token=token, lease_until=until))
    query = (
        select(
            deliveries.c.id,
            deliveries.c.alert_id,
            deliveries.c.channel,
            deliveries.c.attempts,
            deliveries.c.first_attempt_at,
            deliveries.c.notice,
            func.coalesce(alerts.c.created_at, deliveries.c.created_at).label("alerted_at"),
            alerts.c.severity,
            alerts.c.term,
            alerts.c.story_id,
            alerts.c.data,
        )
        .join_from(deliveries, alerts, isouter=True)
        .where(deliveries.c.id.in_(ids), deliveries.c.lease_token == token)
        .order_by(deliveries.c.created_at, deliveries.c.id)
    )
    return tuple(_parcel(row) for row in connection.execute(query))


def settle(
    connection: Connection,
    ids: Sequence[DeliveryId],
    step: DeliveryUpdate,
    *,
    token: str,
    now: datetime,
    began: datetime,
    reference: str | None = None,
) -> int:
    """Record one attempt's result for these deliveries, if `token` still holds them. How many it held.

    `began` is when the attempt was made: the first one starts the 24 hours.
    """
    done = step.status in {DeliveryStatus.DELIVERED, DeliveryStatus.DEAD}
    values: dict[str, Any] = {
        "status": step.status,
        "attempts": deliveries.c.attempts + 1,
        "first_attempt_at": func.coalesce(deliveries.c.first_attempt_at, began),
        "next_attempt_at": step.next_attempt_at,
        "last_error": step.error,
        "settled_at": now if done else None,
        **_FREE,
    }
    if reference is not None:
        values["reference"] = reference
    return connection.execute(update(deliveries).where(_held_by(ids, token)).values(values)).rowcount


def release_all(connection: Connection, *, token: str) -> int:
    """Give back, untried, whatever `token` still holds. How many."""
    query = update(deliveries).where(deliveries.c.status == _SENDING, deliveries.c.lease_token == token)
    return connection.execute(query.values(status=_PENDING, **_FREE)).rowcount


def make_due(connection: Connection, channel: str, *, now: datetime) -> int:
    """A channel works again: what waits for a retry is due now, so that the backlog leaves oldest first. How many."""
    query = update(deliveries).where(
        deliveries.c.channel == channel, deliveries.c.status == _PENDING, deliveries.c.next_attempt_at > now
    )
    return connection.execute(query.values(next_attempt_at=now)).rowcount


def copy_to_fallback(connection: Connection, channel: str, to: str) -> tuple[DeliveryId, ...]:
    """Send what waits on the failing channel `channel` to the channel `to` as well, each alert only once. The new deliveries."""
    other = deliveries.alias()
    query = select(deliveries.c.alert_id, deliveries.c.created_at).where(
        deliveries.c.channel == channel,
        deliveries.c.status == _PENDING,
        deliveries.c.alert_id.is_not(None),
        ~select(other.c.id).where(other.c.alert_id == deliveries.c.alert_id, other.c.channel == to).exists(),
    )
    waiting = connection.execute(query.order_by(deliveries.c.created_at, deliveries.c.id)).all()
    return tuple(one for row in waiting for one in create(connection, row.alert_id, (to,), now=row.created_at))


def dead_letter_all(connection: Connection, channel: str, reason: str, *, now: datetime) -> int:
    """Make dead letters of all that waits on a channel that does not exist. How many."""
    query = update(deliveries).where(deliveries.c.channel == channel, deliveries.c.status.in_((_PENDING, _HELD, _SENDING)))
    dead = {"status": DeliveryStatus.DEAD, "next_attempt_at": None, "last_error": reason, "settled_at": now, **_FREE}
    return connection.execute(query.values(dead)).rowcount


def listing(
    connection: Connection,
    *,
    status: DeliveryStatus | None = None,
    channel: str | None = None,
    alert_ids: Sequence[AlertId] | None = None,
    limit: int | None = None,
) -> tuple[Delivery, ...]:
    """Deliveries, the newest alert's first."""
    query: Select[Any] = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc())
    if status is not None:
        query = query.where(deliveries.c.status == status)
    if channel is not None:
        query = query.where(deliveries.c.channel == channel)
    if alert_ids is not None:
        query = query.where(deliveries.c.alert_id.in_(alert_ids))
    return tuple(_delivery(row) for row in connection.execute(query.limit(limit)))


def counts(connection: Connection) -> dict[str, int]:
    """How many deliveries stand where, by status."""
    query = select(deliveries.c.status, func.count()).group_by(deliveries.c.status)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {status.value: found.get(status.value, 0) for status in DeliveryStatus}


def retry(connection: Connection, ids: Sequence[DeliveryId] | None, *, now: datetime) -> tuple[DeliveryId, ...]:
    """Try these deliveries again as if for the first time, or (None) every dead letter; delivered ones are left alone.

    A channel that was paused takes up its work again. The deliveries that are now due.
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
    woken = update(channels).where(channels.c.name.in_({row.channel for row in rows}))
    connection.execute(woken.values(paused=False, open_until=None, reason=None))
    return tuple(sorted(DeliveryId(row.id) for row in rows))


def thread_of(connection: Connection, channel: str, *, story_id: str, term: str) -> Thread | None:
    """The first message about this story and term on this channel, if the receiver gave it a name (`place:ts`)."""
    query = (
        select(deliveries.c.reference, alerts.c.data)
        .join_from(deliveries, alerts)
        .where(
            alerts.c.story_id == story_id,
            alerts.c.term == term,
            deliveries.c.channel == channel,
            deliveries.c.reference.is_not(None),
        )
        .order_by(deliveries.c.created_at, deliveries.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    place, _, ts = row.reference.partition(":")
    return Thread(place=place, ts=ts, data=row.data)


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete deliveries settled before `before`, at most `limit`; return how many."""
    old = select(deliveries.c.id).where(deliveries.c.settled_at < before).limit(limit)
    return connection.execute(delete(deliveries).where(deliveries.c.id.in_(old))).rowcount


def _due(now: datetime) -> Any:
    waiting = and_(deliveries.c.status.in_((_PENDING, _HELD)), deliveries.c.next_attempt_at <= now)
    return or_(waiting, and_(deliveries.c.status == _SENDING, deliveries.c.lease_until <= now))


def _held_by(ids: Sequence[DeliveryId], token: str) -> Any:
    return and_(deliveries.c.id.in_(ids), deliveries.c.lease_token == token, deliveries.c.status == _SENDING)


def _parcel(row: Any) -> ClaimedDelivery:
    common: dict[str, Any] = {
        "id": row.id,
        "alerted_at": row.alerted_at,
        "attempts": row.attempts,
        "first_attempt_at": row.first_attempt_at,
    }
    if row.notice is not None:
        return ClaimedDelivery(alert_id=None, severity=Severity.HIGH, data=row.notice["data"], kind=row.notice["type"], **common)
    severity = Severity(row.severity)
    kind = UPDATED if row.data.get("alert", {}).get("reason") == Reason.JOINED else CREATED
    return ClaimedDelivery(
        alert_id=row.alert_id, severity=severity, data=row.data, kind=kind, term=row.term, story_id=row.story_id, **common
    )


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
    )
