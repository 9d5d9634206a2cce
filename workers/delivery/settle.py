"""Settle what was sent: the deliveries' new states, the attempts, and what the results say of the channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from monitor.domain.channel_state import ChannelState, next_send_time, state_after
from monitor.domain.delivery import DeliveryStatus, DeliveryUpdate, Outcome, update_after
from monitor.domain.ids import DeliveryId
from monitor.storage import attempts, deliveries
from monitor.storage.engine import Connection
from workers.delivery.batch import LeasedChannel, SentMessage

_DELIVERED = DeliveryUpdate(status=DeliveryStatus.DELIVERED, next_attempt_at=None, error=None)


def settle_deliveries(
    connection: Connection,
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
        elif result.outcome is Outcome.REFUSED and len(ids) > 1:
            refused_together.update(ids)
            again = DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=now, error=result.reason)
            deliveries.settle(connection, ids, again, owner=owner, now=now, began=result.at)
        else:
            _settle_failure(connection, one, owner=owner, now=now, jitter=rng.random())


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
