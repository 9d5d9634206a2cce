"""A channel's turn, as the database knows it: settle what was sent, decide what comes next, claim it.

A turn is held in the database, so that a channel's order and rate hold across processes. Every row is claimed before it is sent
and settled only by whoever still holds it: a process may be killed at any instant, and what it had in hand is sent again under the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from monitor.domain.channel_state import ChannelState, after, digest_window, quiet_until, spaced
from monitor.domain.delivery import AttemptResult, ClaimedDelivery, DeliveryStatus, DeliveryUpdate, Outcome, update_after
from monitor.domain.ids import DeliveryId
from monitor.domain.watch import Severity
from monitor.logs import get_logger
from monitor.settings.channels import Channel, SlackChannel
from monitor.storage import attempts, channels, deliveries
from monitor.storage.engine import Connection, Database
from workers.channels.compose import capacity, target

SPARE = timedelta(seconds=8)
Sources = Callable[[], Mapping[str, Channel]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Nothing can be sent now; `until` is when that may change, None if only a new alert or another process changes it."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBatch:
    """Messages to be sent one after the other, each with the parcels it carries, before the turn ends at `until`."""

    channel: Channel
    messages: tuple[tuple[ClaimedDelivery, ...], ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """One message and what came of it."""

    parcels: tuple[ClaimedDelivery, ...]
    receipt: AttemptResult

    @property
    def plain(self) -> bool:
        """Whether it was taken and nothing more is known of it."""
        return self.receipt.outcome is Outcome.ACCEPTED and self.receipt.reference is None


class ChannelLease:
    """Keeps the books of every channel. `rng` gives the jitter."""

    def __init__(self, database: Database, sources: Sources, *, rng: Random) -> None:
        self._database = database
        self._sources = sources
        self._rng = rng
        self._alone: set[DeliveryId] = set()
        self._bursts: set[str] = set()

    def exchange(self, name: str, token: str, sent: Sequence[SentMessage], *, now: datetime, stopping: bool) -> Idle | SendBatch:
        """In one transaction: settle what was sent, and take what comes next."""
        channel = self._sources().get(name)
        with self._database.write() as connection:
            self._settle(connection, sent, token=token, now=now)
            if channel is None:
                deliveries.dead_letter_all(connection, name, "there is no channel of this name", now=now)
                channels.release(connection, name, token=token)
                return Idle(until=None)
            until = now + channel.timeout + SPARE
            before = channels.acquire(connection, name, token=token, now=now, until=until, target=target(channel))
            if before is None:
                return Idle(until=None)
            state = self._after(connection, name, channel, before, sent, token=token, now=now)
            if stopping or state.paused:
                found: Idle | SendBatch = Idle(until=None)
            else:
                released = 0 if sent else deliveries.reclaim(connection, name, now)
                found = self._take(connection, name, channel, state, released=released, token=token, until=until, now=now)
            idle = isinstance(found, Idle)
            if not idle:
                state = replace(state, next_send_at=spaced(now, capacity(channel).rate))
            channels.save(connection, name, state, release=idle)
        _tell(name, before, state, sent)
        return found

    def _after(
        self,
        connection: Connection,
        name: str,
        channel: Channel,
        state: ChannelState,
        sent: Sequence[SentMessage],
        *,
        token: str,
        now: datetime,
    ) -> ChannelState:
        """The channel's state after what was sent; what was not come to goes back, and a recovered channel's backlog is due."""
        if not sent:
            return state
        was_probing = state.probing
        for one in sent:
            state = after(state, one.receipt, now=now, jitter=self._rng.random())
        deliveries.release_all(connection, token=token)
        if was_probing and not state.probing:
            deliveries.make_due(connection, name, now=now)
        return replace(state, next_send_at=spaced(now, capacity(channel).rate))

    def _settle(self, connection: Connection, sent: Sequence[SentMessage], *, token: str, now: datetime) -> None:
        """Record what was sent, the plain successes all at once."""
        attempts.record(connection, [(parcel.id, one.receipt) for one in sent for parcel in one.parcels])
        plain = tuple(one for one in sent if one.plain)
        for one in (*_together(plain), *(one for one in sent if not one.plain)):
            self._settle_one(connection, one, token=token, now=now)

    def _settle_one(self, connection: Connection, sent: SentMessage, *, token: str, now: datetime) -> None:
        receipt, ids = sent.receipt, [one.id for one in sent.parcels]
        if receipt.outcome is Outcome.REFUSED and len(ids) > 1:
            self._alone.update(ids)
            step = DeliveryUpdate(status=DeliveryStatus.PENDING, next_attempt_at=now, error=receipt.reason)
            deliveries.settle(connection, ids, step, token=token, now=now, began=receipt.at)
        elif receipt.outcome is Outcome.ACCEPTED:
            self._alone.difference_update(ids)
            step = DeliveryUpdate(status=DeliveryStatus.DELIVERED, next_attempt_at=None, error=None)
            deliveries.settle(connection, ids, step, token=token, now=now, began=receipt.at, reference=receipt.reference)
        else:
            jitter = self._rng.random()
            for one in sent.parcels:
                first = one.first_attempt_at or receipt.at
                step = update_after(receipt, attempts=one.attempts + 1, first_attempt_at=first, now=now, jitter=jitter)
                deliveries.settle(connection, [one.id], step, token=token, now=now, began=receipt.at)

    def _take(
        self,
        connection: Connection,
        name: str,
        channel: Channel,
        state: ChannelState,
        *,
        released: int,
        token: str,
        until: datetime,
        now: datetime,
    ) -> Idle | SendBatch:
        """What is to be sent next; the channel's turn is ours while this runs."""
        _hold(connection, name, channel, now)
        ready = state.ready_at()
        if ready is not None and ready > now:
            waits = deliveries.next_due(connection, name)
            return Idle(until=None if waits is None else max(ready, waits))
        room = capacity(channel)
        limit = 1 if state.probing else max(room.per_message, room.per_turn, channel.digest_over + 1)
        ids: Sequence[DeliveryId] = deliveries.due(connection, name, now=now, limit=limit)
        if not ids:
            self._bursts.discard(name)
            return Idle(until=deliveries.next_due(connection, name))
        together = room.per_message > 1 and not room.digests
        if room.digests:
            few = 1 if channel.digest or released > 1 or name in self._bursts else channel.digest_over
            together = len(ids) > few and not state.probing
            ids = self._prefix(ids[: room.per_message]) if together else ids[:1]
            if together:
                self._bursts.add(name)  # the rest of a burst is a digest as well, however few are left
        else:
            ids = ids[: max(room.per_message, room.per_turn)]
        parcels = deliveries.claim(connection, ids, token=token, until=until)
        if isinstance(channel, SlackChannel) and channel.token is not None and len(parcels) == 1:
            parcels = (_threaded(connection, name, parcels[0]),)
        messages = (parcels,) if together else tuple((one,) for one in parcels)
        return SendBatch(channel=channel, messages=messages, until=until)

    def _prefix(self, ids: Sequence[DeliveryId]) -> Sequence[DeliveryId]:
        """The ids that may share a message: those before the first that was refused in company, or that one alone."""
        first = next((index for index, one in enumerate(ids) if one in self._alone), len(ids))
        return ids[: max(first, 1)]


def _together(sent: Sequence[SentMessage]) -> tuple[SentMessage, ...]:
    """Several successes as one; their receipts differ in nothing that is settled."""
    return (SentMessage(parcels=tuple(parcel for one in sent for parcel in one.parcels), receipt=sent[0].receipt),) if sent else ()


def _tell(name: str, before: ChannelState, state: ChannelState, sent: Sequence[SentMessage]) -> None:
    log = get_logger()
    for one in sent:
        outcome, receipt = one.receipt.outcome, one.receipt
        event = {Outcome.ACCEPTED: "delivery.sent", Outcome.REFUSED: "delivery.dead"}.get(outcome, "delivery.failed")
        level = log.info if outcome is Outcome.ACCEPTED else log.warning
        level(
            event,
            channel=name,
            delivery=one.parcels[0].id,
            alerts=len(one.parcels),
            reason=receipt.reason,
            duration_s=receipt.duration_s,
        )
    if state.paused and not before.paused:
        log.error("channel.paused", channel=name, reason=state.reason)
    if state.probing and not before.probing:
        log.warning("channel.resting", channel=name, reason=state.reason, failures=state.failures)
    if before.probing and not state.probing:
        log.info("channel.recovered", channel=name)


def _threaded(connection: Connection, name: str, parcel: ClaimedDelivery) -> ClaimedDelivery:
    if parcel.story_id is None:
        return parcel
    return replace(parcel, thread=deliveries.thread_of(connection, name, story_id=parcel.story_id, term=parcel.term))


def _hold(connection: Connection, name: str, channel: Channel, now: datetime) -> None:
    """Hold back what quiet hours or a digest keep for later."""
    if channel.digest is not None:
        begins, ends = digest_window(now, channel.digest.every)
        deliveries.hold(connection, name, until=ends, severities=_below(channel.digest.breakthrough), now=now, since=begins)
    if channel.quiet_hours is not None:
        hours = channel.quiet_hours
        ends_at = quiet_until(now, start=hours.start, end=hours.end, zone=hours.zone, days=hours.days)
        if ends_at is not None:
            deliveries.hold(connection, name, until=ends_at, severities=_below(hours.breakthrough), now=now, since=None)


def _below(severity: Severity | None) -> tuple[Severity, ...]:
    return tuple(one for one in Severity if severity is None or one.rank < severity.rank)
