"""Store the silences that people have set: alerts under them are held back until the end. Those of the configuration are in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select

from monitor.domain.ids import StoryId
from monitor.settings.model import SilenceSettings
from monitor.storage.dialect import insert
from monitor.storage.ids import new_id
from monitor.storage.tables import silences, stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence of a term, a tag or a story, from `since` until `until`; None: until it is lifted.

    `story` is the story that the one named was merged into, if it was.
    """

    id: str
    term: str | None
    tag: str | None
    story: StoryId | None
    since: datetime
    until: datetime | None
    reason: str | None


def add(
    connection: Connection,
    *,
    until: datetime | None,
    now: datetime,
    term: str | None = None,
    tag: str | None = None,
    story: StoryId | None = None,
    reason: str | None = None,
) -> Silence:
    """Silence a term, a tag or a story from `now` until `until`, or (None) until it is lifted."""
    silence = Silence(id=new_id(), term=term, tag=tag, story=story, since=now, until=until, reason=reason)
    row = {"id": silence.id, "term": term, "tag": tag, "story_id": story, "since": now, "until": until, "reason": reason}
    connection.execute(insert(connection, silences).values(row))
    return silence


def lift(connection: Connection, *, term: str | None = None, tag: str | None = None, story: StoryId | None = None) -> int:
    """End the silences of a term, of a tag or of a story; return how many there were."""
    if story is not None:
        chosen = [one.id for one in _all(connection) if one.story == story]
        return connection.execute(delete(silences).where(silences.c.id.in_(chosen))).rowcount
    return connection.execute(
        delete(silences).where(silences.c.term == term if term is not None else silences.c.tag == tag)
    ).rowcount


def lift_one(connection: Connection, silence_id: str) -> bool:
    """End one silence; return False if there is none of that id."""
    return connection.execute(delete(silences).where(silences.c.id == silence_id)).rowcount == 1


def listing(connection: Connection, now: datetime) -> tuple[Silence, ...]:
    """Return the silences that are not over, the first to end first and those without an end last."""
    return _all(connection, now)


def _all(connection: Connection, now: datetime | None = None) -> tuple[Silence, ...]:
    query = (
        select(silences, func.coalesce(stories.c.merged_into, silences.c.story_id).label("present_story"))
        .join_from(silences, stories, stories.c.id == silences.c.story_id, isouter=True)
        .order_by(silences.c.until.is_(None), silences.c.until, silences.c.id)
    )
    if now is not None:
        query = query.where(or_(silences.c.until.is_(None), silences.c.until > now))
    return tuple(
        Silence(
            id=row.id,
            term=row.term,
            tag=row.tag,
            story=row.present_story,
            since=row.since,
            until=row.until,
            reason=row.reason,
        )
        for row in connection.execute(query)
    )


def active(connection: Connection, now: datetime) -> tuple[SilenceSettings, ...]:
    """Return the silences in force at `now`, as the settings hold theirs."""
    return tuple(
        SilenceSettings(term=one.term, tag=one.tag, story=one.story, since=one.since, until=one.until, reason=one.reason)
        for one in listing(connection, now)
        if one.since <= now
    )


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete silences that ended before `before`, at most `limit`; return how many."""
    old = select(silences.c.id).where(silences.c.until < before).limit(limit)
    return connection.execute(delete(silences).where(silences.c.id.in_(old))).rowcount
