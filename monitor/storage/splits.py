"""Store which stories were split by hand, so that they are never merged again, and what a split moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, update

from monitor.domain.alert import Reason
from monitor.domain.ids import AlertId, ArticleId, StoryId
from monitor.storage.tables import alerts, articles, deliveries, messages, splits, stories


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedAlert:
    """An alert that goes with its article to another story. `story_id` is the one it was raised for."""

    id: AlertId
    term: str
    severity: str
    story_id: StoryId
    dedup_key: bytes


def keep_apart(connection: Connection, story_id: StoryId, from_story: StoryId, *, now: datetime) -> None:
    """Store that `story_id` was split out of `from_story`."""
    connection.execute(insert(splits).values(story_id=story_id, from_story_id=from_story, at=now))


def are_kept_apart(connection: Connection, one: StoryId, other: StoryId) -> bool:
    """Return whether two stories, or stories that were merged into them, were split from one another."""
    new, old = stories.alias(), stories.alias()
    new_id, old_id = func.coalesce(new.c.merged_into, new.c.id), func.coalesce(old.c.merged_into, old.c.id)
    pair = or_(and_(new_id == one, old_id == other), and_(new_id == other, old_id == one))
    joined = splits.join(new, new.c.id == splits.c.story_id).join(old, old.c.id == splits.c.from_story_id)
    return bool(connection.execute(select(exists(select(splits.c.story_id).select_from(joined).where(pair)))).scalar_one())


def of_story(connection: Connection, story_id: StoryId) -> tuple[StoryId, ...]:
    """Return the stories that were split out of this one or that it was split from, as they were called then."""
    query = select(splits.c.story_id, splits.c.from_story_id).where(
        or_(splits.c.story_id == story_id, splits.c.from_story_id == story_id)
    )
    rows = connection.execute(query.order_by(splits.c.at, splits.c.story_id))
    return tuple(row.from_story_id if row.story_id == story_id else row.story_id for row in rows)


def move_articles(connection: Connection, ids: Sequence[ArticleId], old: StoryId, new: StoryId) -> None:
    """Put these articles of the story `old` into the story `new`, and count both again."""
    connection.execute(update(articles).where(articles.c.id.in_(ids)).values(story_id=new))
    for story_id in (old, new):
        mine = articles.c.story_id == story_id
        oldest = select(articles.c.title).where(mine).order_by(articles.c.fetched_at, articles.c.id).limit(1).scalar_subquery()
        values = {
            "articles": select(func.count()).select_from(articles).where(mine).scalar_subquery(),
            "last_article_at": select(func.max(articles.c.fetched_at)).where(mine).scalar_subquery(),
            "title": oldest,
        }
        connection.execute(update(stories).where(stories.c.id == story_id).values(values))


def alerts_on(connection: Connection, ids: Sequence[ArticleId], story_id: StoryId) -> tuple[MovedAlert, ...]:
    """Return the alerts that these articles raised for a story or for one merged into it, oldest first."""
    of_story_too = select(stories.c.id).where(or_(stories.c.id == story_id, stories.c.merged_into == story_id))
    query = select(alerts.c.id, alerts.c.term, alerts.c.severity, alerts.c.story_id, alerts.c.dedup_key).where(
        alerts.c.article_id.in_(ids), alerts.c.story_id.in_(of_story_too), alerts.c.reason != Reason.JOINED.value
    )
    rows = connection.execute(query.order_by(alerts.c.created_at, alerts.c.id))
    return tuple(
        MovedAlert(id=row.id, term=row.term, severity=row.severity, story_id=row.story_id, dedup_key=bytes(row.dedup_key))
        for row in rows
    )


def move_alert(connection: Connection, alert_id: AlertId, into: StoryId, dedup_key: bytes) -> None:
    """Let an alert and its deliveries be those of another story."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(story_id=into, dedup_key=dedup_key))
    connection.execute(update(deliveries).where(deliveries.c.alert_id == alert_id).values(story_id=into))


def move_messages(connection: Connection, old: StoryId, new: StoryId) -> None:
    """Let the messages of a story be those of another, unless the story has alerts left that they show."""
    of_old = select(stories.c.id).where(or_(stories.c.id == old, stories.c.merged_into == old))
    if connection.execute(select(exists(select(alerts.c.id).where(alerts.c.story_id.in_(of_old))))).scalar_one():
        return
    connection.execute(update(messages).where(messages.c.story_id == old).values(story_id=new))
