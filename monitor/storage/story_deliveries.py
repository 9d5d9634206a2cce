"""Store what a channel is still to be told of a story, and read what it has been told.

Besides those of its alerts, a story has deliveries of what happens to it later. Their ids follow from what they tell, so that the same change is
never stored twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from monitor.domain.alert import Reason
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import AlertId, ArticleId, DeliveryId, StoryId, derived_id
from monitor.domain.story_update import StoryChange
from monitor.domain.watch import Severity
from monitor.storage.delivery_order import due_in_order
from monitor.storage.dialect import insert
from monitor.storage.messages import with_merged
from monitor.storage.tables import alerts, deliveries, stories

EDIT_RANK = -1
"""The rank of what only keeps a message up to date: after everything that notifies, and never held back."""
_PENDING, _SENDING, _HELD = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDelivery:
    """A delivery that waits on a channel. `story_id` is the story that its own was merged into, if it was; `change` is None for an alert."""

    id: DeliveryId
    story_id: StoryId | None
    status: DeliveryStatus
    change: StoryChange | None
    attempts: int
    next_attempt_at: datetime

    @property
    def notifies(self) -> bool:
        """Whether people are to hear of it."""
        return self.change is None or self.change.notifies


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNews:
    """Something new of a story that a channel is to be told. `held`: not before quiet hours or a silence end."""

    id: DeliveryId
    channel: str
    story_id: StoryId
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """An alert of which a channel has been told, or is being told."""

    id: AlertId
    term: str
    severity: Severity
    article_id: ArticleId
    withdrawn: bool


def add(  # noqa: PLR0913 - a delivery has that many parts, all by keyword
    connection: Connection,
    channel: str,
    story_id: StoryId | None,
    change: StoryChange,
    *,
    told: Sequence[str],
    notice: dict[str, Any],
    rank: int,
    due: datetime,
    now: datetime,
    held: bool = False,
) -> bool:
    """Add a delivery of a change of a story and return True; False if it is there already. `told` is what its id follows from.

    `held`: not even what else is told of the story takes it along before it is due.
    """
    row = {
        "id": derived_id("story", channel, story_id or "", change, *told),
        "channel": channel,
        "story_id": story_id,
        "change": change,
        "notice": notice,
        "rank": rank,
        "status": _HELD if held else _PENDING,
        "next_attempt_at": due,
        "created_at": now,
    }
    query = insert(connection, deliveries).values(row).on_conflict_do_nothing().returning(deliveries.c.id)
    return connection.execute(query).scalar_one_or_none() is not None


def due(connection: Connection, channel: str, *, now: datetime, limit: int) -> tuple[WaitingDelivery, ...]:
    """Return what is due on a channel in the order in which it is sent; what only keeps messages up to date comes last."""
    return tuple(map(_waiting_delivery, due_in_order(connection, channel, now=now, limit=limit)))


def of_story(connection: Connection, channel: str, story_id: StoryId, *, lock: bool = False) -> tuple[WaitingDelivery, ...]:
    """Return what waits of a story on a channel, due or not, oldest first. With `lock`, nobody claims it until the transaction ends."""
    query = _waiting().where(
        deliveries.c.channel == channel, deliveries.c.status.in_((_PENDING, _HELD)), _family(connection, story_id)
    )
    query = query.order_by(deliveries.c.created_at, deliveries.c.id)
    return tuple(map(_waiting_delivery, connection.execute(query.with_for_update(of=deliveries) if lock else query)))


def being_sent(connection: Connection, channel: str, story_id: StoryId) -> tuple[WaitingDelivery, ...]:
    """Return what is being sent of a story on a channel."""
    query = _waiting().where(deliveries.c.channel == channel, deliveries.c.status == _SENDING, _family(connection, story_id))
    return tuple(map(_waiting_delivery, connection.execute(query)))


def waiting_news(connection: Connection) -> tuple[WaitingNews, ...]:
    """Return what is new of stories and waits to be told to people."""
    query = select(deliveries.c.id, deliveries.c.channel, deliveries.c.story_id, deliveries.c.status).where(
        deliveries.c.status.in_((_PENDING, _HELD)), deliveries.c.change.in_((StoryChange.DEVELOPED, StoryChange.WITHDRAWN))
    )
    return tuple(
        WaitingNews(id=row.id, channel=row.channel, story_id=row.story_id, held=row.status == _HELD)
        for row in connection.execute(query)
    )


def hold(connection: Connection, delivery_id: DeliveryId, until: datetime) -> None:
    """Keep a delivery until `until`."""
    query = update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.status.in_((_PENDING, _HELD)))
    connection.execute(query.values(status=_HELD, next_attempt_at=until))


def add_facts(connection: Connection, delivery_id: DeliveryId, data: dict[str, Any]) -> None:
    """Let a development that waits tell the newer one in `data` as well, after the facts that it has."""
    notice = connection.execute(select(deliveries.c.notice).where(deliveries.c.id == delivery_id)).scalar_one()
    facts = list(dict.fromkeys((*notice["data"].get("facts", ()), *data.get("facts", ()))))
    gathered = {**notice, "data": {**data, "facts": facts}}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(notice=gathered))


def postpone(connection: Connection, ids: Sequence[DeliveryId], until: datetime) -> None:
    """Make these deliveries due at `until`."""
    connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(next_attempt_at=until))


def drop(connection: Connection, ids: Sequence[DeliveryId]) -> None:
    """Delete deliveries that have nothing to change: their story is not shown in any message of its own."""
    connection.execute(
        delete(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.change.in_((StoryChange.GREW, StoryChange.ACKNOWLEDGED)))
    )


def channels_told(connection: Connection, story_id: StoryId) -> dict[str, int]:
    """Return the channels that have been told of alerts of a story or are going to be, each with the rank of the worst severity."""
    query = (
        select(deliveries.c.channel, func.max(deliveries.c.rank).label("rank"))
        .where(_family(connection, story_id), deliveries.c.alert_id.is_not(None), deliveries.c.status != DeliveryStatus.DEAD)
        .group_by(deliveries.c.channel)
        .order_by(deliveries.c.channel)
    )
    return {row.channel: row.rank for row in connection.execute(query)}


def told_alerts(connection: Connection, channel: str, story_id: StoryId, *, waiting: bool = False) -> tuple[ToldAlert, ...]:
    """Return the alerts of a story that the channel has been told of or is being told of, worst first; `waiting`: or will be.

    Alerts that only said that the story grew are left out.
    """
    statuses = [DeliveryStatus.DELIVERED, _SENDING, *((_PENDING, _HELD) if waiting else ())]
    query = (
        select(alerts.c.id, alerts.c.term, alerts.c.severity, alerts.c.article_id, alerts.c.lapsed_at)
        .join_from(deliveries, alerts, deliveries.c.alert_id == alerts.c.id)
        .where(
            _family(connection, story_id),
            deliveries.c.channel == channel,
            deliveries.c.status.in_(statuses),
            alerts.c.reason != Reason.JOINED.value,
        )
        .order_by(deliveries.c.rank.desc(), alerts.c.created_at, alerts.c.id)
    )
    return tuple(
        ToldAlert(
            id=row.id,
            term=row.term,
            severity=Severity(row.severity),
            article_id=row.article_id,
            withdrawn=row.lapsed_at is not None,
        )
        for row in connection.execute(query)
    )


def data_of_alerts(connection: Connection, ids: Collection[AlertId]) -> dict[AlertId, dict[str, Any]]:
    """Return the data of these alerts."""
    rows = connection.execute(select(alerts.c.id, alerts.c.data).where(alerts.c.id.in_(ids)))
    return {row.id: row.data for row in rows}


def _family(connection: Connection, story_id: StoryId) -> Any:
    return deliveries.c.story_id.in_(with_merged(connection, story_id))


def _waiting() -> Select[Any]:
    return select(
        deliveries.c.id,
        func.coalesce(stories.c.merged_into, deliveries.c.story_id).label("story_id"),
        deliveries.c.status,
        deliveries.c.change,
        deliveries.c.attempts,
        deliveries.c.next_attempt_at,
    ).join_from(deliveries, stories, stories.c.id == deliveries.c.story_id, isouter=True)


def _waiting_delivery(row: Any) -> WaitingDelivery:
    return WaitingDelivery(
        id=row.id,
        story_id=row.story_id,
        status=DeliveryStatus(row.status),
        change=None if row.change is None else StoryChange(row.change),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
    )
