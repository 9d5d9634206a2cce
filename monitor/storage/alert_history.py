"""Read past alerts for the decision on further ones, and mark those that have become stale."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, union_all, update

from monitor.domain.alert import PastAlert, Reason, Suppression
from monitor.domain.ids import AlertId, StoryId
from monitor.domain.watch import Severity
from monitor.storage.messages import with_merged
from monitor.storage.tables import alerts, stories


def of_story(connection: Connection, story_id: StoryId) -> tuple[PastAlert, ...]:
    """Return the alerts of a story and of the stories merged into it, oldest first."""
    past = (
        PastAlert(
            id=row.id,
            term=row.term,
            severity=Severity(row.severity),
            reason=Reason(row.reason),
            article_id=row.article_id,
            created_at=row.created_at,
            suppressed=None if row.suppressed is None else Suppression(row.suppressed),
            tags=tuple(row.tags),
        )
        for row in connection.execute(_OF_STORY, {"story": story_id})
    )
    return tuple(sorted(past, key=lambda alert: (alert.created_at, alert.id)))


def terms_of(connection: Connection, story_id: StoryId) -> dict[str, tuple[str, ...]]:
    """Return the terms that have fired on a story, each with its tags."""
    query = select(alerts.c.term, alerts.c.tags).where(alerts.c.story_id.in_(with_merged(connection, story_id)))
    return {row.term: tuple(row.tags) for row in connection.execute(query)}


def stories_without(connection: Connection, story_ids: Collection[StoryId]) -> set[StoryId]:
    """Return those of the stories that have no alerts, and neither have those merged into them."""
    alerted = connection.execute(_ALERTED, {"stories": list(story_ids)}).scalars() if story_ids else ()
    return set(story_ids).difference(alerted)


def last_by_term(connection: Connection, terms: Iterable[str]) -> dict[str, datetime]:
    """Return when each of `terms` last notified anyone of a new or changed article; terms that never did are left out."""
    found = {term: connection.execute(_LAST, {"term": term}).scalar_one_or_none() for term in terms}
    return {term: last for term, last in found.items() if last is not None}


def mark_stale(connection: Connection, ids: Sequence[AlertId], *, now: datetime) -> None:
    """Record that the articles of these alerts no longer match; alerts already marked keep their time."""
    if ids:
        connection.execute(update(alerts).where(alerts.c.id.in_(ids), alerts.c.lapsed_at.is_(None)).values(lapsed_at=now))


_PAST = select(
    alerts.c.id,
    alerts.c.term,
    alerts.c.severity,
    alerts.c.reason,
    alerts.c.article_id,
    alerts.c.created_at,
    alerts.c.suppressed,
    alerts.c.tags,
)
_OF_STORY = union_all(
    _PAST.where(alerts.c.story_id == bindparam("story")),
    _PAST.join(stories, stories.c.id == alerts.c.story_id).where(stories.c.merged_into == bindparam("story")),
)
"""Two halves, since PostgreSQL finds no index for one condition OR another and reads all alerts."""
_ALERTED = union_all(
    select(alerts.c.story_id).where(alerts.c.story_id.in_(bindparam("stories", expanding=True))),
    select(stories.c.merged_into)
    .join(alerts, alerts.c.story_id == stories.c.id)
    .where(stories.c.merged_into.in_(bindparam("stories", expanding=True))),
)
_LAST = (
    select(alerts.c.created_at)
    .where(alerts.c.term == bindparam("term"), alerts.c.suppressed.is_(None), alerts.c.reason != Reason.JOINED.value)
    .order_by(alerts.c.created_at.desc())
    .limit(1)
)
