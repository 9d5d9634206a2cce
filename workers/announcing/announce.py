"""Put on its way what has happened to a story of which channels have been told.

Everything happens in the caller's transaction, which holds the lock on stories: what a scan has found and what is told of it are stored together or
not at all. The ids of the deliveries follow from what they tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from monitor.domain.alert import PastAlert, Reason
from monitor.domain.article import Article
from monitor.domain.delivery import STORY_UPDATED, WITHDRAWN, DeliveryStatus
from monitor.domain.ids import StoryId
from monitor.domain.story import alert_story_record
from monitor.domain.story_message import FollowUp
from monitor.domain.story_update import StoryChange, StoryUpdate
from monitor.settings.channels import ChannelBase, Event, takes
from monitor.settings.model import Settings
from monitor.storage import alert_history, articles, messages, stories, story_deliveries
from monitor.storage.engine import Connection
from monitor.storage.story_deliveries import ToldAlert, WaitingDelivery
from workers.alerts.payload import article_part
from workers.alerts.routing import routed
from workers.alerts.timing import development_due, growth_due
from workers.announcing.quiet_stories import story_quiet_until
from workers.channels.registry import kind_of


@dataclass(frozen=True)
class _Telling:
    """One update on its way to one channel after another."""

    connection: Connection
    settings: Settings
    update: StoryUpdate
    article: Article
    now: datetime
    quiet_until: datetime | None

    @cached_property
    def data(self) -> dict[str, Any]:
        """What a webhook says of the update."""
        update, article = self.update, self.article
        members = stories.members(self.connection, [update.story_id]).get(update.story_id, ())
        return {
            "change": update.change,
            "article": article_part(article),
            "story": alert_story_record(update.story_id, article.id, members, now=self.now),
            "facts": list(update.facts),
            "terms": list(update.terms),
        }


def announce(connection: Connection, settings: Settings, update: StoryUpdate, *, now: datetime) -> tuple[str, ...]:
    """Add a delivery of `update` to each channel that has been told of the story or is going to be, and wants to hear of it.

    Returns the names of the channels that now have something to send.
    """
    story_id = messages.current_story(connection, update.story_id)
    told = {name: rank for name, rank in story_deliveries.channels_told(connection, story_id).items() if name in settings.channels}
    told |= _told_events_only(connection, settings, story_id)
    found = articles.load(connection, [update.article_id]) if told else ()
    if not found:
        return ()
    telling = _Telling(
        connection,
        settings,
        replace(update, story_id=story_id),
        found[0],
        now,
        story_quiet_until(connection, settings, story_id, now),
    )
    return tuple(name for name, rank in told.items() if _tell(telling, name, settings.channels[name], rank))


def _told_events_only(connection: Connection, settings: Settings, story_id: StoryId) -> dict[str, int]:
    """Return the programs that asked for other events than alerts, where alerts of the story would go, each with the rank of the worst severity."""
    names = [
        name for name, channel in settings.channels.items() if not kind_of(channel).limits.digests and not _takes_alerts(channel)
    ]
    if not names:
        return {}
    found: dict[str, int] = {}
    for name, alert in _routed_alerts(connection, settings, story_id):
        if name in names:
            found[name] = max(found.get(name, 0), alert.severity.rank)
    return found


def _routed_alerts(connection: Connection, settings: Settings, story_id: StoryId) -> Iterator[tuple[str, PastAlert]]:
    """Yield each alert of a story that was not held back, with each of its channels."""
    terms = {term.name: term for term in settings.terms}
    for alert in alert_history.of_story(connection, story_id):
        if alert.suppressed is None:
            for name in routed(settings, terms, alert.term, alert.severity, alert.tags):
                yield name, alert


def _takes_alerts(channel: ChannelBase) -> bool:
    return takes(channel, Event.ALERT_CREATED) or takes(channel, Event.ALERT_UPDATED)


def channels_to_tell(settings: Settings, names: Sequence[str], reason: Reason) -> tuple[str, ...]:
    """Return those of an alert's channels that get a delivery of it.

    That a story has grown (`repeat: update`) is shown in its message where that can be changed.
    """
    return tuple(name for name in names if name not in settings.channels or _wants(settings.channels[name], reason))


def tells_apart(channel: ChannelBase, reason: Reason) -> bool:
    """Return whether people on the channel are told of such an alert by itself; that a story has grown they see in its message, where it can change."""
    return reason is not Reason.JOINED or kind_of(channel).follow_up(channel) is FollowUp.NONE


def _wants(channel: ChannelBase, reason: Reason) -> bool:
    if kind_of(channel).limits.digests:
        return tells_apart(channel, reason)
    return takes(channel, Event.ALERT_UPDATED if reason is Reason.JOINED else Event.ALERT_CREATED)


def _tell(telling: _Telling, name: str, channel: ChannelBase, rank: int) -> bool:
    kind, change = kind_of(channel), telling.update.change
    if not kind.limits.digests:
        return _tell_program(telling, name, channel, rank)
    if change is StoryChange.GREW:
        return _tell_growth(telling, name, kind.follow_up(channel))
    if change is StoryChange.DEVELOPED:
        return _tell_development(telling, name, rank)
    return _tell_withdrawal(telling, name, rank)


def _tell_program(telling: _Telling, name: str, channel: ChannelBase, rank: int) -> bool:
    update = telling.update
    if update.change is StoryChange.WITHDRAWN:
        return takes(channel, Event.ALERT_WITHDRAWN) and _tell_withdrawn_alerts(telling, name, rank)
    if not takes(channel, Event.STORY_UPDATED):
        return False
    return _add(telling, name, STORY_UPDATED, telling.data, rank=rank, told=(update.article_id, *update.facts))


def _tell_withdrawn_alerts(telling: _Telling, name: str, rank: int) -> bool:
    """Tell a program of each alert on the article that no longer holds."""
    update, connection = telling.update, telling.connection
    told: Iterable[ToldAlert | PastAlert] = story_deliveries.told_alerts(connection, name, update.story_id, waiting=True)
    if not _takes_alerts(telling.settings.channels[name]):
        told = [alert for to, alert in _routed_alerts(connection, telling.settings, update.story_id) if to == name]
    gone = [alert for alert in told if alert.article_id == update.article_id and alert.term in update.terms]
    data = story_deliveries.data_of_alerts(connection, [alert.id for alert in gone])
    added = [
        _add(telling, name, WITHDRAWN, _withdrawn(telling, data[alert.id], alert.term), rank=rank, told=(alert.id,))
        for alert in gone
    ]
    return any(added)


def _withdrawn(telling: _Telling, alert: dict[str, Any], term: str) -> dict[str, Any]:
    return {"alert": alert["alert"], **telling.data, "terms": [term]}


def _tell_growth(telling: _Telling, name: str, follow_up: FollowUp) -> bool:
    """Let the story's message be changed, once for all the articles that join until then."""
    if follow_up is FollowUp.NONE or (follow_up is FollowUp.REPLY and telling.quiet_until is not None):
        return False
    connection, story_id = telling.connection, telling.update.story_id
    if any(_shows_growth(one) for one in story_deliveries.of_story(connection, name, story_id, lock=True)):
        return False  # its message is yet to be sent, and will show the story as it is then
    message = messages.find(connection, name, story_id)
    shown = message is not None and message.reference is not None
    if not shown and not story_deliveries.being_sent(connection, name, story_id):
        return False
    data = {"change": StoryChange.GREW, "article": article_part(telling.article)}
    due = growth_due(follow_up, message, now=telling.now)
    rank = story_deliveries.EDIT_RANK if follow_up is FollowUp.EDIT else 0
    return _add(telling, name, STORY_UPDATED, data, rank=rank, told=(telling.update.article_id,), due=due)


def _shows_growth(waiting: WaitingDelivery) -> bool:
    return waiting.status is DeliveryStatus.PENDING and waiting.change in {None, StoryChange.GREW, StoryChange.ACKNOWLEDGED}


def _tell_development(telling: _Telling, name: str, rank: int) -> bool:
    """Tell people of a development, together with others of the story that come soon after one another."""
    connection, story_id = telling.connection, telling.update.story_id
    waiting = story_deliveries.of_story(connection, name, story_id, lock=True)
    gathering = next((one for one in waiting if one.change is StoryChange.DEVELOPED), None)
    if gathering is not None:
        story_deliveries.add_facts(connection, gathering.id, telling.data)
        return gathering.next_attempt_at <= telling.now
    earlier = [one for one in story_deliveries.being_sent(connection, name, story_id) if one.change is StoryChange.DEVELOPED]
    message = messages.find(connection, name, story_id)
    due = development_due(message, being_sent=bool(earlier), now=telling.now)
    told = (telling.update.article_id, *telling.update.facts)
    return _add(telling, name, STORY_UPDATED, telling.data, rank=rank, told=told, due=due, for_people=True)


def _tell_withdrawal(telling: _Telling, name: str, rank: int) -> bool:
    """Tell people which terms an article no longer has, as far as they were told of them."""
    update = telling.update
    told = story_deliveries.told_alerts(telling.connection, name, update.story_id, waiting=True)
    here = {alert.term for alert in told if alert.article_id == update.article_id}
    terms = sorted(here.intersection(update.terms))
    if not terms:
        return False
    data = {**telling.data, "terms": terms}
    return _add(telling, name, WITHDRAWN, data, rank=rank, told=(update.article_id, *terms), for_people=True)


def _add(
    telling: _Telling,
    name: str,
    kind: str,
    data: dict[str, Any],
    *,
    rank: int,
    told: Sequence[str],
    due: timedelta = timedelta(0),
    for_people: bool = False,
) -> bool:
    """Add one delivery; return whether it is due at once. What is new for people waits while the story is silenced."""
    notice = {"type": kind, "data": data}
    change, now = telling.update.change, telling.now
    until = telling.quiet_until if for_people and change is not StoryChange.GREW else None
    at = now + due if until is None else max(now + due, until)
    added = story_deliveries.add(
        telling.connection,
        name,
        telling.update.story_id,
        change,
        told=told,
        notice=notice,
        rank=rank,
        due=at,
        now=now,
        held=until is not None,
    )
    return added and at <= now
