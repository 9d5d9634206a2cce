"""Record that somebody has seen an alert, and tell it: programs by an event, people by a change of the message that they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.domain.acknowledgement import NAME_LENGTH, Acknowledgement
from monitor.domain.delivery import ACKNOWLEDGED, STORY_UPDATED, DeliveryStatus
from monitor.domain.ids import AlertId, StoryId
from monitor.domain.story_message import FollowUp
from monitor.domain.story_update import StoryChange
from monitor.domain.text import one_line
from monitor.settings.channels import Event, takes
from monitor.settings.model import Settings
from monitor.storage import acknowledgements, alerts, messages, story_deliveries
from monitor.storage.alerts import AlertFilter, StoredAlert
from monitor.storage.engine import Connection
from workers.alerts.routing import routed
from workers.alerts.timing import growth_due
from workers.channels.registry import kind_of

SOMEBODY: Final = "somebody"
"""Who acknowledges without giving a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An alert that has been acknowledged, those of its story that were with it, and the channels that have something to send."""

    alert: StoredAlert
    new: tuple[AlertId, ...]
    channels: tuple[str, ...]


def acknowledge(connection: Connection, settings: Settings, alert_id: AlertId, *, by: str, now: datetime) -> Acknowledged | None:
    """Acknowledge an alert and what its story has raised so far; return None if there is no such alert. Whoever was first stays."""
    seen = Acknowledgement(by=one_line(by)[:NAME_LENGTH] or SOMEBODY, at=now)
    new = acknowledgements.add(connection, alert_id, seen)
    if new is None:
        return None
    channels: dict[str, None] = {}
    for stored in alerts.listing(connection, AlertFilter(ids=new)) if new else ():
        channels.update(dict.fromkeys(_tell_programs(connection, settings, stored, seen)))
    (stored,) = alerts.listing(connection, AlertFilter(ids=(alert_id,)))
    if new and stored.alert.story_id is not None:
        story_id = messages.current_story(connection, stored.alert.story_id)
        channels.update(dict.fromkeys(_change_messages(connection, settings, story_id, stored, now)))
    return Acknowledged(alert=stored, new=new, channels=tuple(channels))


def _tell_programs(connection: Connection, settings: Settings, stored: StoredAlert, seen: Acknowledgement) -> tuple[str, ...]:
    alert = stored.alert
    terms = {term.name: term for term in settings.terms}
    told = {delivery.channel for delivery in stored.deliveries}
    notice = {"type": ACKNOWLEDGED, "data": {**alert.data, "acknowledged": seen.record()}}
    channels = []
    for name in dict.fromkeys((*routed(settings, terms, alert.term, alert.severity, alert.tags), *sorted(told))):
        channel = settings.channels.get(name)
        if channel is None or kind_of(channel).limits.digests or not takes(channel, Event.ALERT_ACKNOWLEDGED):
            continue
        story_deliveries.add(
            connection,
            name,
            alert.story_id,
            StoryChange.ACKNOWLEDGED,
            told=(alert.id,),
            notice=notice,
            rank=alert.severity.rank,
            due=seen.at,
            now=seen.at,
        )
        channels.append(name)
    return tuple(channels)


def _change_messages(
    connection: Connection, settings: Settings, story_id: StoryId, stored: StoredAlert, now: datetime
) -> tuple[str, ...]:
    """Have the messages of a story say that it was seen, where the service can change them; return the channels where that is due."""
    data = {"change": StoryChange.ACKNOWLEDGED, "article": stored.alert.data["article"]}
    notice = {"type": STORY_UPDATED, "data": data}
    due_now = []
    for name in story_deliveries.channels_told(connection, story_id):
        channel = settings.channels.get(name)
        if channel is None or not kind_of(channel).limits.digests or kind_of(channel).follow_up(channel) is not FollowUp.EDIT:
            continue
        waiting = story_deliveries.of_story(connection, name, story_id, lock=True)
        if any(one.status is DeliveryStatus.PENDING and not one.change for one in waiting):
            continue  # its message is yet to be sent, and will show the story as it is then
        message = messages.find(connection, name, story_id)
        due = now + growth_due(FollowUp.EDIT, message, now=now)
        added = story_deliveries.add(
            connection,
            name,
            story_id,
            StoryChange.ACKNOWLEDGED,
            told=(stored.alert.id,),
            notice=notice,
            rank=story_deliveries.EDIT_RANK,
            due=due,
            now=now,
        )
        due_now += [name] if added and due <= now else []
    return tuple(due_now)
