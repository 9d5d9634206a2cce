"""Store where each story is shown to people: one message for a channel and story."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from monitor.domain.ids import StoryId
from monitor.domain.story_message import PostedMessage
from monitor.storage.dialect import insert
from monitor.storage.tables import bursts, deliveries, messages, stories


def current_story(connection: Connection, story_id: StoryId) -> StoryId:
    """Return the story that `story_id` was merged into, or itself."""
    query = select(func.coalesce(stories.c.merged_into, stories.c.id)).where(stories.c.id == story_id)
    return connection.execute(query).scalar_one_or_none() or story_id


def with_merged(connection: Connection, story_id: StoryId) -> tuple[StoryId, ...]:
    """Return the story and those merged into it. Named one by one, they let both databases use their index on stories."""
    merged = connection.execute(select(stories.c.id).where(stories.c.merged_into == story_id)).scalars()
    return (story_id, *map(StoryId, merged))


def find(connection: Connection, channel: str, story_id: StoryId) -> PostedMessage | None:
    """Return the message of a story on a channel, or that of a story merged into it; the oldest one that can be named again."""
    query = (
        select(messages)
        .where(messages.c.channel == channel, messages.c.story_id.in_(with_merged(connection, story_id)))
        .order_by(messages.c.reference.is_(None), messages.c.posted_at, messages.c.story_id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _message(row)


def record(  # noqa: PLR0913 - a message has that many parts, all by keyword
    connection: Connection,
    channel: str,
    story_id: StoryId,
    *,
    reference: str | None,
    notified: bool,
    developed: bool,
    edited: bool,
    shows: dict[str, Any],
    now: datetime,
) -> None:
    """Store that a story's message was posted, changed or followed by another one at `now`.

    A `reference` of None keeps the one that is stored.
    """
    times = {
        "notified_at": now if notified else None,
        "developed_at": now if developed else None,
        "edited_at": now if edited else None,
    }
    known: dict[str, Any] = {name: moment for name, moment in times.items() if moment is not None} | {"shows": shows}
    if reference is not None:
        known["reference"] = reference
    first = {"channel": channel, "story_id": story_id, "posted_at": now, "notified_at": now, **known}
    statement = insert(connection, messages).values(first)
    connection.execute(statement.on_conflict_do_update(index_elements=["channel", "story_id"], set_=known))


def forget_reference(connection: Connection, channel: str, reference: str) -> None:
    """Note that the message of this name is gone, so that the story is posted anew."""
    burst = select(bursts.c.id).where(bursts.c.id == deliveries.c.story_id).exists()
    shown = update(deliveries).where(deliveries.c.channel == channel, deliveries.c.reference == reference, burst)
    connection.execute(shown.values(reference=None))
    gone = update(messages).where(messages.c.channel == channel, messages.c.reference == reference)
    connection.execute(gone.values(reference=None))


def _message(row: Row[Any]) -> PostedMessage:
    return PostedMessage(
        story_id=row.story_id,
        reference=row.reference,
        posted_at=row.posted_at,
        notified_at=row.notified_at,
        edited_at=row.edited_at,
        developed_at=row.developed_at,
        facts=tuple(row.shows.get("facts", ())),
    )
