"""Store who has seen which alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from monitor.domain.acknowledgement import Acknowledgement
from monitor.domain.ids import AlertId, StoryId
from monitor.storage import messages
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert
from monitor.storage.escalations import forget
from monitor.storage.tables import acknowledgements, alerts, articles


def add(connection: Connection, alert_id: AlertId, acknowledgement: Acknowledgement) -> tuple[AlertId, ...] | None:
    """Acknowledge an alert and those of its story that have been told; return those that nobody had acknowledged, None if there is no such alert.

    Whoever was first stays. What the story raises later is to be acknowledged anew.
    """
    story = connection.execute(select(alerts.c.id, alerts.c.story_id).where(alerts.c.id == alert_id)).one_or_none()
    if story is None:
        return None
    chosen = alerts.c.id == alert_id
    if story.story_id is not None:
        family = messages.with_merged(connection, messages.current_story(connection, StoryId(story.story_id)))
        chosen = or_(chosen, alerts.c.story_id.in_(family) & alerts.c.suppressed.is_(None))
    rows = [
        {"alert_id": one, "by": acknowledgement.by, "at": acknowledgement.at}
        for one in connection.execute(select(alerts.c.id).where(chosen).order_by(alerts.c.created_at, alerts.c.id)).scalars()
    ]
    query = insert(connection, acknowledgements).values(rows).on_conflict_do_nothing().returning(acknowledgements.c.alert_id)
    new = set(connection.execute(query).scalars())
    forget(connection, sorted(new))
    return tuple(AlertId(row["alert_id"]) for row in rows if row["alert_id"] in new)


def of_alerts(connection: Connection, ids: Sequence[AlertId]) -> dict[AlertId, Acknowledgement]:
    """Return who has seen which of these alerts."""
    rows = (
        row
        for some in parts(ids)
        for row in connection.execute(select(acknowledgements).where(acknowledgements.c.alert_id.in_(some)))
    )
    return {row.alert_id: Acknowledgement(by=row.by, at=row.at) for row in rows}


def of_story(connection: Connection, story_id: StoryId) -> Acknowledgement | None:
    """Return who has seen the story as it is told now: None while any of its alerts that were told is unseen."""
    family = messages.with_merged(connection, story_id)
    query = (
        select(acknowledgements.c.by, acknowledgements.c.at)
        .select_from(alerts)
        .join(acknowledgements, acknowledgements.c.alert_id == alerts.c.id, isouter=True)
        .where(alerts.c.story_id.in_(family), alerts.c.suppressed.is_(None))
        .order_by(acknowledgements.c.at.desc())
    )
    rows = connection.execute(query).all()
    if not rows or any(row.at is None for row in rows):
        return None
    newest = max(rows, key=lambda row: row.at)
    return Acknowledgement(by=newest.by, at=newest.at)


def seconds_until_seen(connection: Connection, limit: int) -> list[float]:
    """Return how long it took from publication, or else from fetching, until somebody had seen it: of the newest acknowledged alerts."""
    query = (
        select(acknowledgements.c.at, func.coalesce(articles.c.published_at, articles.c.fetched_at).label("began"))
        .join_from(acknowledgements, alerts, alerts.c.id == acknowledgements.c.alert_id)
        .join(articles, articles.c.id == alerts.c.article_id)
        .order_by(acknowledgements.c.at.desc())
        .limit(limit)
    )
    return [max((row.at - row.began).total_seconds(), 0.0) for row in connection.execute(query)]


def unseen_since(connection: Connection, since: datetime) -> int:
    """Return how many alerts raised at `since` or later were told, still hold, and have been acknowledged by nobody."""
    seen = select(acknowledgements.c.alert_id).where(acknowledgements.c.alert_id == alerts.c.id).exists()
    told = alerts.c.created_at >= since, alerts.c.suppressed.is_(None), alerts.c.lapsed_at.is_(None)
    return connection.execute(select(func.count()).where(*told, ~seen)).scalar_one()
