"""Claim what a channel for people is told next: one message for a story, one digest for many, or a report of what was held back."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import DeliveryId, StoryId
from monitor.storage import bursts, deliveries, holds, messages, story_deliveries
from monitor.storage.engine import Connection
from monitor.storage.story_deliveries import WaitingDelivery
from workers.delivery.batch import BatchMemory, LeasedChannel, SendBatch, by_story, plan_batch, report_apart
from workers.delivery.story_state import with_stories

_MOST_ROWS = 2000
"""Due deliveries that are looked at for one message."""


def claim_stories(
    connection: Connection, channel: LeasedChannel, memory: BatchMemory, *, probing: bool, at_once: bool
) -> SendBatch | None:
    """Claim the next message: what notifies first, then changes of messages that are posted; None if nothing can be sent now.

    `at_once`: all that notifies becomes a digest, however little it is.
    """
    groups = by_story(story_deliveries.due(connection, channel.name, now=channel.now, limit=_MOST_ROWS))
    news = {group[0].id: group for group in groups if any(one.notifies for one in group)}
    if not news:
        memory.in_digest.discard(channel.name)
        return _claim_edit(connection, channel, [group for group in groups if group[0].id not in news])
    most = 1 if at_once else channel.settings.digest_over
    reports = holds.reports_among(connection, [key for key, (one, *_) in news.items() if one.story_id is None])
    candidates = report_apart(tuple(news), reports)
    plan = plan_batch(candidates, channel.limits, most_singles=most, probing=probing, refused_together=memory.refused_together)
    if plan.together:
        memory.in_digest.add(channel.name)
        return _claimed(connection, channel, [one.id for key in plan.ids for one in news[key] if one.notifies])
    group = news[plan.ids[0]]
    return _claimed(connection, channel, [one.id for one in _whole_story(connection, channel, group)])


def _whole_story(connection: Connection, channel: LeasedChannel, group: Sequence[WaitingDelivery]) -> Sequence[WaitingDelivery]:
    """Return all that waits of the story of `group`, due or not: who is told of it now is told everything."""
    story_id = group[0].story_id
    return group if story_id is None else story_deliveries.of_story(connection, channel.name, story_id)


def _claim_edit(connection: Connection, channel: LeasedChannel, groups: Sequence[Sequence[WaitingDelivery]]) -> SendBatch | None:
    """Claim a change of one posted message, or its post anew where it was found gone.

    A change whose post still waits for a retry waits with it; one that has no message is dropped.
    """
    for group in groups:
        story_id, ids = group[0].story_id, [one.id for one in group]
        retries = [] if story_id is None else _retries(connection, channel, story_id)
        if retries:
            story_deliveries.postpone(connection, ids, max(one.next_attempt_at for one in retries))
            continue
        message = None if story_id is None else messages.find(connection, channel.name, story_id)
        gone = any(one.attempts for one in group)
        of_burst = message is None and story_id is not None and bursts.is_burst(connection, story_id)
        if channel.editable and (of_burst or (message is not None and (message.reference is not None or gone))):
            return _claimed(connection, channel, ids)
        story_deliveries.drop(connection, ids)
    return None


def _retries(connection: Connection, channel: LeasedChannel, story_id: StoryId) -> list[WaitingDelivery]:
    """Return what was tried of a story and failed, and is not yet due again."""
    waiting = story_deliveries.of_story(connection, channel.name, story_id)
    return [one for one in waiting if one.attempts and one.status is DeliveryStatus.PENDING and one.next_attempt_at > channel.now]


def _claimed(connection: Connection, channel: LeasedChannel, ids: Sequence[DeliveryId]) -> SendBatch:
    claimed = deliveries.claim(connection, ids, channel.lease)
    return SendBatch(
        channel=channel, messages=(with_stories(connection, channel.name, claimed, editable=channel.editable, now=channel.now),)
    )
