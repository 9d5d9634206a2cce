"""Read which stories the watch terms were told of, and where each was read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.domain.ids import StoryId
from monitor.domain.reported_story import ReportedStory
from monitor.storage.stories import members
from monitor.storage.tables import alerts, stories


def load(connection: Connection, since: datetime, limit: int) -> tuple[ReportedStory, ...]:
    """Return the stories on which an alert was raised since `since`, those with the newest alert first, at most `limit`."""
    story = func.coalesce(stories.c.merged_into, stories.c.id)
    of_alerts = select(story.label("story"), alerts.c.term, func.max(alerts.c.created_at).label("at"))
    of_alerts = of_alerts.join_from(alerts, stories, stories.c.id == alerts.c.story_id).where(alerts.c.created_at >= since)
    query = of_alerts.group_by(story, alerts.c.term).order_by(func.max(alerts.c.created_at).desc(), story)
    terms: dict[StoryId, set[str]] = {}
    for row in connection.execute(query):
        if row.story in terms or len(terms) < limit:
            terms.setdefault(row.story, set()).add(row.term)
    found = members(connection, terms)
    return tuple(
        ReportedStory(id=story_id, terms=frozenset(names), members=found[story_id])
        for story_id, names in terms.items()
        if story_id in found
    )
