"""Claim what a channel sends next, for the process that has its lease."""

from __future__ import annotations

from dataclasses import replace

from monitor.domain.channel_state import ChannelState, digest_window, quiet_until
from monitor.domain.delivery import ClaimedDelivery
from monitor.domain.watch import Severity
from monitor.storage import deliveries, holds
from monitor.storage.engine import Connection
from workers.delivery.batch import BatchMemory, Idle, LeasedChannel, SendBatch, plan_batch, report_apart


def claim(
    connection: Connection, channel: LeasedChannel, state: ChannelState, memory: BatchMemory, *, first: bool
) -> Idle | SendBatch:
    """Return the next batch of the channel, with every delivery in it claimed. `first` marks the first batch under this lease."""
    name, settings, limits, now = channel.name, channel.settings, channel.limits, channel.now
    released = deliveries.reclaim(connection, name, now) if first else 0
    _defer(connection, channel)
    ready = state.ready_at()
    if ready is not None and ready > now:
        due = deliveries.next_due(connection, name)
        return Idle(until=None if due is None else max(ready, due))
    count = 1 if state.probing else max(limits.alerts_per_message, limits.messages_per_claim, settings.digest_over + 1)
    ids = deliveries.due(connection, name, now=now, limit=count)
    if not ids:
        memory.in_digest.discard(name)
        return Idle(until=deliveries.next_due(connection, name))
    ids = report_apart(ids, holds.reports_among(connection, ids))
    # What a digest or quiet hours held comes as one message; so does the rest of a burst, however few are left.
    at_once = settings.digest is not None or released > 1 or name in memory.in_digest
    plan = plan_batch(
        ids,
        limits,
        most_singles=1 if at_once else settings.digest_over,
        probing=state.probing,
        refused_together=memory.refused_together,
    )
    if plan.together and limits.digests:
        memory.in_digest.add(name)
    claimed = deliveries.claim(connection, plan.ids, channel.lease)
    if channel.kind.threads and len(claimed) == 1:
        claimed = (_with_thread(connection, name, claimed[0]),)
    messages = (claimed,) if plan.together else tuple((delivery,) for delivery in claimed)
    return SendBatch(channel=channel, messages=messages)


def _with_thread(connection: Connection, name: str, delivery: ClaimedDelivery) -> ClaimedDelivery:
    if delivery.story_id is None:
        return delivery
    return replace(delivery, thread=deliveries.thread_of(connection, name, story_id=delivery.story_id, term=delivery.term))


def _defer(connection: Connection, channel: LeasedChannel) -> None:
    """Hold what quiet hours or a regular digest keep for later."""
    digest, hours, now = channel.settings.digest, channel.settings.quiet_hours, channel.now
    if digest is not None:
        start, end = digest_window(now, digest.every)
        deliveries.defer(connection, channel.name, until=end, severities=_below(digest.breakthrough), now=now, since=start)
    if hours is not None:
        quiet_end = quiet_until(now, start=hours.start, end=hours.end, zone=hours.zone, days=hours.days)
        if quiet_end is not None:
            severities = _below(hours.breakthrough)
            deliveries.defer(connection, channel.name, until=quiet_end, severities=severities, now=now, since=None)


def _below(severity: Severity | None) -> tuple[Severity, ...]:
    return tuple(one for one in Severity if severity is None or one.rank < severity.rank)
