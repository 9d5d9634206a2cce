"""Settle what was sent: the deliveries' new states, the attempts, and what the results say of the channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from monitor.domain.channel_state import ChannelState, next_send_time, state_after
from monitor.domain.delivery import BURSTS, STORY_UPDATED, ClaimedDelivery, DeliveryStatus, DeliveryUpdate, Outcome, update_after
from monitor.domain.ids import DeliveryId, StoryId
from monitor.domain.story_update import StoryChange
from monitor.storage import attempts, deliveries, messages, story_deliveries
from monitor.storage.engine import Connection
from workers.alerts.timing import BETWEEN_EDITS
from workers.delivery.batch import LeasedChannel, SentMessage

_DELIVERED = DeliveryUpdate(status=DeliveryStatus.DELIVERED, next_attempt_at=None, error=None)


def settle_deliveries(
    connection: Connection,
    channel: str,
    sent: Sequence[SentMessage],
    refused_together: set[DeliveryId],
    *,
    owner: str,
    now: datetime,
    rng: Random,
) -> None:
    """Store the attempts and the state that each delivery has after them, as far as `owner` still holds its claim."""
    attempts.record(connection, [(delivery.id, one.result) for one in sent for delivery in one.deliveries])
    for one in _successes_joined(sent):
        result, ids = one.result, [delivery.id for delivery in one.deliveries]
        if result.outcome is Outcome.ACCEPTED:
            refused_together.difference_update(ids)
            deliveries.settle(connection, ids, _DELIVERED, owner=owner, now=now, began=result.at, reference=result.reference)
            for claimed in one.stories.values():
                _record_message(connection, channel, one, claimed, now=now)
        elif result.message_gone or (result.outcome is Outcome.REFUSED and one.divisible):
            _prepare_another(connection, channel, one, refused_together)
            again = DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=now, error=result.reason)
            deliveries.settle(connection, ids, again, owner=owner, now=now, began=result.at)
        else:
            _settle_failure(connection, one, owner=owner, now=now, jitter=rng.random())


def _prepare_another(connection: Connection, channel: str, sent: SentMessage, refused_together: set[DeliveryId]) -> None:
    """Let what was not accepted go out in another way: as a new message where the old one is gone, one by one where a digest was refused."""
    if not sent.result.message_gone:
        refused_together.update(delivery.id for delivery in sent.deliveries)
        return
    for claimed in sent.stories.values():
        story = claimed[0].story
        if story is not None and story.reference is not None:
            messages.forget_reference(connection, channel, story.reference)


def _record_message(
    connection: Connection, channel: str, sent: SentMessage, claimed: Sequence[ClaimedDelivery], *, now: datetime
) -> None:
    """Store what the channel now shows of a story. An answer under its message does not become the message."""
    story = claimed[0].story
    if story is None or claimed[0].kind in BURSTS:
        return  # the deliveries of a burst keep the name of its message themselves
    alone = len(sent.stories) == 1 and not sent.divisible
    messages.record(
        connection,
        channel,
        story.id,
        reference=sent.result.reference if alone and story.reference is None else None,
        notified=story.notifies,
        developed=any(one.data.get("change") == StoryChange.DEVELOPED for one in claimed),
        edited=story.reference is not None,
        shows={
            "severity": story.severity,
            "terms": [term.name for term in story.terms if not term.withdrawn],
            "outlets": story.outlets,
            "facts": list(story.facts),
        },
        now=now,
    )
    if sent.result.then_failed:
        _change_later(connection, channel, story.id, now=now)


def _change_later(connection: Connection, channel: str, story_id: StoryId, *, now: datetime) -> None:
    """Let the message of a story be changed by itself, since its change did not follow the notification."""
    notice = {"type": STORY_UPDATED, "data": {"change": StoryChange.GREW}}
    story_deliveries.add(
        connection,
        channel,
        story_id,
        StoryChange.GREW,
        told=("change", now.isoformat()),
        notice=notice,
        rank=story_deliveries.EDIT_RANK,
        due=now + BETWEEN_EDITS,
        now=now,
    )


def settle_channel(
    connection: Connection, channel: LeasedChannel, state: ChannelState, sent: Sequence[SentMessage], rng: Random
) -> ChannelState:
    """Return the channel's state after what was sent. Claims that were not attempted end; a recovered channel's backlog is due."""
    if not sent:
        return state
    was_probing = state.probing
    for one in sent:
        state = state_after(state, one.result, now=channel.now, jitter=rng.random())
    deliveries.release_all(connection, owner=channel.lease.owner)
    if was_probing and not state.probing:
        deliveries.make_due(connection, channel.name, now=channel.now)
    return replace(state, next_send_at=next_send_time(channel.now, channel.limits.rate))


def _settle_failure(connection: Connection, sent: SentMessage, *, owner: str, now: datetime, jitter: float) -> None:
    result = sent.result
    for delivery in sent.deliveries:
        first = delivery.first_attempt_at or result.at
        change = update_after(result, attempts=delivery.attempts + 1, first_attempt_at=first, now=now, jitter=jitter)
        deliveries.settle(connection, [delivery.id], change, owner=owner, now=now, began=result.at)


def _successes_joined(sent: Sequence[SentMessage]) -> tuple[SentMessage, ...]:
    """Return `sent` with all plain successes as one, which are then one UPDATE; they differ in nothing that is settled."""
    plain = [one for one in sent if one.plainly_accepted]
    others = tuple(one for one in sent if not one.plainly_accepted)
    if not plain:
        return others
    joined = SentMessage(deliveries=tuple(delivery for one in plain for delivery in one.deliveries), result=plain[0].result)
    return (joined, *others)
