"""Keep what is new of a story from people while it, or all that fired on it, is silenced; tell it when that ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.domain.ids import StoryId
from monitor.settings.model import Settings, SilenceSettings
from monitor.storage import alert_history, messages, silences, story_deliveries
from monitor.storage.engine import Connection
from workers.alerts.held_back import StorySilence, story_silence
from workers.channels.registry import kind_of

_NO_END = datetime(9999, 1, 1, tzinfo=UTC)
"""When what a silence without an end keeps is due; lifting it makes it due at once."""


def story_quiet_until(connection: Connection, settings: Settings, story_id: StoryId, now: datetime) -> datetime | None:
    """Return until when nothing new of a story is told to people; None if it is told."""
    present = (*settings.silences, *silences.active(connection, now))
    return _due(_silence(connection, story_id, present, now)) if present else None


def reconsider(connection: Connection, settings: Settings, present: Sequence[SilenceSettings], now: datetime) -> tuple[str, ...]:
    """Move what waits to be told of stories to the end of the silences in force now; return the channels that have something to send.

    What quiet hours keep is made due, too: they keep it again.
    """
    stories: dict[StoryId, datetime | None] = {}
    channels: dict[str, None] = {}
    for one in story_deliveries.waiting_news(connection):
        if one.channel not in settings.channels or not kind_of(settings.channels[one.channel]).limits.digests:
            continue
        if one.story_id not in stories:
            story_id = messages.current_story(connection, one.story_id)
            stories[one.story_id] = _due(_silence(connection, story_id, present, now))
        until = stories[one.story_id]
        if until is not None:
            story_deliveries.hold(connection, one.id, until)
        elif one.held:
            story_deliveries.postpone(connection, [one.id], now)
            channels[one.channel] = None
    return tuple(channels)


def _silence(connection: Connection, story_id: StoryId, present: Sequence[SilenceSettings], now: datetime) -> StorySilence | None:
    return story_silence(alert_history.terms_of(connection, story_id), story_id, present, now)


def _due(silence: StorySilence | None) -> datetime | None:
    return None if silence is None else silence.until or _NO_END
