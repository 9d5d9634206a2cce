"""Store which alerts are held back and until when: the outbox of what is told when a silence, a cooldown or a budget's hour ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, or_, select, update

from monitor.domain.alert import HeldAlert, Hold, HoldState, Reason, Suppression, ToldStory
from monitor.domain.delivery import HELD_REPORT, DeliveryStatus
from monitor.domain.ids import AlertId, ArticleId, DeliveryId, StoryId
from monitor.domain.story_update import StoryChange
from monitor.domain.watch import Severity
from monitor.storage.dialect import insert
from monitor.storage.locks import serialise
from monitor.storage.tables import alerts, deliveries, holds, stories

_BATCH = 500
_TOLD = ("id", "suppressed", "term", "severity", "tags", "reason", "article_id", "created_at", "lapsed_at", "data")
"""The columns of an alert from which a report is made."""


def lock(connection: Connection) -> None:
    """Keep other transactions from reporting what is held until this one ends."""
    serialise(connection, "holds")


def add(connection: Connection, alert_id: AlertId, hold: Hold) -> None:
    """Hold an alert back."""
    connection.execute(holds.insert().values(alert_id=alert_id, until=hold.until, earliest=hold.earliest))


def any_due(connection: Connection, now: datetime) -> bool:
    """Return whether the time of any alert that is held has come."""
    return bool(connection.execute(select(exists().where(holds.c.reported_at.is_(None), holds.c.until <= now))).scalar())


def waiting(connection: Connection, *, due_at: datetime | None = None) -> tuple[HeldAlert, ...]:
    """Return the alerts that are held, oldest first; with `due_at`, those whose time has come by then."""
    story = func.coalesce(stories.c.merged_into, alerts.c.story_id)
    query: Select[Any] = (
        select(*(alerts.c[name] for name in _TOLD), holds.c.until, holds.c.earliest, story.label("present_story"))
        .join_from(holds, alerts, alerts.c.id == holds.c.alert_id)
        .join(stories, stories.c.id == alerts.c.story_id, isouter=True)
        .where(holds.c.reported_at.is_(None))
        .order_by(alerts.c.created_at, alerts.c.id)
    )
    if due_at is not None:
        query = query.where(holds.c.until <= due_at)
    return tuple(_held(row) for row in connection.execute(query))


def set_until(connection: Connection, moved: Mapping[AlertId, datetime | None]) -> None:
    """Change until when these alerts are held."""
    times = dict.fromkeys(moved.values())
    for until in times:
        for ids in _batches([alert_id for alert_id, moment in moved.items() if moment == until]):
            connection.execute(update(holds).where(holds.c.alert_id.in_(ids)).values(until=until))


def look_again(connection: Connection, now: datetime) -> None:
    """Make due all that is held, so that whoever makes the reports decides anew until when each alert is held."""
    later = or_(holds.c.until.is_(None), holds.c.until > now)
    connection.execute(update(holds).where(holds.c.reported_at.is_(None), later).values(until=now))


def mark_reported(connection: Connection, ids: Sequence[AlertId], *, now: datetime) -> None:
    """Record that these alerts are held no longer."""
    for some in _batches(ids):
        query = update(holds).where(holds.c.alert_id.in_(some), holds.c.reported_at.is_(None))
        connection.execute(query.values(reported_at=now))


def states(connection: Connection, ids: Sequence[AlertId]) -> dict[AlertId, HoldState]:
    """Return how far those of the alerts have come that were ever held back."""
    found: dict[AlertId, HoldState] = {}
    for some in _batches(ids):
        rows = connection.execute(select(holds).where(holds.c.alert_id.in_(some)))
        found.update({row.alert_id: HoldState(until=row.until, reported_at=row.reported_at) for row in rows})
    return found


def told_stories(connection: Connection, story_ids: Iterable[StoryId]) -> tuple[ToldStory, ...]:
    """Return on which channels alerts and developments of these stories, or of those merged into them, were sent or wait to be."""
    told: list[ToldStory] = []
    for some in _batches(sorted(set(story_ids))):
        merged = connection.execute(select(stories.c.id, stories.c.merged_into).where(stories.c.merged_into.in_(some)))
        present = {**{story_id: story_id for story_id in some}, **{row.id: row.merged_into for row in merged}}
        for ids in _batches(tuple(present)):
            told += [_told(row, present[row.story_id]) for row in connection.execute(_tellings(ids))]
    return tuple(told)


def _tellings(story_ids: Sequence[StoryId]) -> Select[Any]:
    """Select the deliveries that tell people, or programs, something new of these stories."""
    return (
        select(deliveries.c.story_id, deliveries.c.channel, deliveries.c.created_at, deliveries.c.notice, alerts.c.article_id)
        .join_from(deliveries, alerts, alerts.c.id == deliveries.c.alert_id, isouter=True)
        .where(
            deliveries.c.story_id.in_(story_ids),
            or_(deliveries.c.alert_id.is_not(None), deliveries.c.change == StoryChange.DEVELOPED),
            deliveries.c.status != DeliveryStatus.DEAD,
        )
    )


def send_report(
    connection: Connection,
    *,
    report_id: DeliveryId,
    channel: str,
    severity: Severity,
    data: Mapping[str, Any],
    now: datetime,
    quiet_until: datetime | None,
) -> None:
    """Add the delivery of a report, held until the channel's quiet hours end, if it has them now; one of that id is not added again.

    The parts of a report are a microsecond apart, so that they are sent in their order.
    """
    row = {
        "id": report_id,
        "channel": channel,
        "notice": {"type": HELD_REPORT, "data": data},
        "rank": severity.rank,
        "status": DeliveryStatus.PENDING if quiet_until is None else DeliveryStatus.HELD,
        "next_attempt_at": quiet_until or now,
        "created_at": now + timedelta(microseconds=data["part"] - 1),
    }
    connection.execute(insert(connection, deliveries).values(row).on_conflict_do_nothing(index_elements=["id"]))


def reports_among(connection: Connection, ids: Sequence[DeliveryId]) -> frozenset[DeliveryId]:
    """Return those of the deliveries that are reports of what was held back."""
    if not ids:
        return frozenset()
    query = select(deliveries.c.id, deliveries.c.notice).where(deliveries.c.id.in_(ids), deliveries.c.alert_id.is_(None))
    return frozenset(row.id for row in connection.execute(query) if row.notice["type"] == HELD_REPORT)


def _held(row: Row[Any]) -> HeldAlert:
    article = row.data["article"]
    return HeldAlert(
        id=row.id,
        hold=Hold(reason=Suppression(row.suppressed), until=row.until, earliest=row.earliest),
        term=row.term,
        severity=Severity(row.severity),
        tags=tuple(row.tags),
        title=article.get("title") or "",
        url=article.get("url"),
        source=article.get("source") or "",
        article_id=row.article_id,
        story_id=row.present_story,
        created_at=row.created_at,
        reason=Reason(row.reason),
        withdrawn=row.lapsed_at is not None,
        links=row.data.get("links", {}),
    )


def _told(row: Row[Any], story_id: StoryId) -> ToldStory:
    developed = row.article_id is None
    article_id = ArticleId(row.notice["data"]["article"]["id"] if developed else row.article_id)
    return ToldStory(story_id=story_id, channel=row.channel, article_id=article_id, at=row.created_at, developed=developed)


def _batches(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
