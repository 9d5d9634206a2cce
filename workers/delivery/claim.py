"""Claim what a channel sends next, for the process that has its lease."""

from __future__ import annotations

from monitor.domain.channel_state import ChannelState, digest_window, quiet_until
from monitor.domain.watch import Severity
from monitor.storage import deliveries
from monitor.storage.engine import Connection
from workers.delivery.batch import BatchMemory, Idle, LeasedChannel, SendBatch, plan_batch
from workers.delivery.claim_stories import claim_stories


def claim(
    connection: Connection, channel: LeasedChannel, state: ChannelState, memory: BatchMemory, *, first: bool
) -> Idle | SendBatch:
    """Return the next batch of the channel, with every delivery in it claimed. `first` marks the first batch under this lease."""
    name, settings, limits, now = channel.name, channel.settings, channel.limits, channel.now
    released = deliveries.reclaim(connection, name, now) if first else 0
    _defer(connection, channel)
    ready = state.ready_at()
    if ready is not None and ready > now:
        if not deliveries.due(connection, name, now=now, limit=1):
            memory.in_digest.discard(name)
        due = deliveries.next_due(connection, name)
        return Idle(until=None if due is None else max(ready, due))
    if limits.digests:
        # What a digest or quiet hours held comes as one message; so does the rest of a burst, however few are left.
        at_once = settings.digest is not None or released > 1 or name in memory.in_digest
        batch = claim_stories(connection, channel, memory, probing=state.probing, at_once=at_once)
    else:
        batch = _claim_each(connection, channel, memory, probing=state.probing)
    return batch or Idle(until=deliveries.next_due(connection, name))


def _claim_each(connection: Connection, channel: LeasedChannel, memory: BatchMemory, *, probing: bool) -> SendBatch | None:
    """Claim alerts for a program, which wants each by itself."""
    limits = channel.limits
    ids = deliveries.due(connection, channel.name, now=channel.now, limit=max(limits.alerts_per_message, limits.messages_per_claim))
    if not ids:
        return None
    plan = plan_batch(ids, limits, most_singles=1, probing=probing, refused_together=memory.refused_together)
    claimed = deliveries.claim(connection, plan.ids, channel.lease)
    return SendBatch(channel=channel, messages=(claimed,) if plan.together else tuple((one,) for one in claimed))


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
