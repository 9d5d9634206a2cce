"""Send what is due on one channel, in order, and settle it after the answer."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from monitor.daemon.lease_owner import lease_owner
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.errors import MonitorError
from monitor.settings.channels import ChannelBase
from monitor.storage.ids import new_id
from workers.channels.registry import kind_of
from workers.delivery.batch import Idle, SendBatch, SentMessage
from workers.delivery.channel_lease import ChannelLease
from workers.delivery.sender import Sender
from workers.rendering.sample_alert import sample_alert

T = TypeVar("T")
SETTLE_RETRY_WAITS_S = (0.2, 1.0, 3.0)
"""Waits between attempts to settle; the last one is repeated until the database works again, or the process is to stop."""
MOST_UNSETTLED, LONGEST_UNSETTLED = 8, timedelta(milliseconds=50)
"""After so many answers, or so long, answers are settled: what a process had not settled when it was killed is sent again."""
BATCH_TIME = timedelta(seconds=0.5)
"""After this time no further message of a batch is begun, so that a worse alert which has come meanwhile goes first."""


class ChannelSender:
    """Works on channels, without threads or queues. Once `stopping` is set, the message that is being sent is the last one."""

    def __init__(self, lease: ChannelLease, sender: Sender, *, clock: Clock) -> None:
        self._lease = lease
        self._sender = sender
        self._clock = clock
        self.stopping = False

    async def drain(self, name: str) -> datetime | None:
        """Send all that can be sent on this channel now.

        Returns when more may be sent; None if nothing waits or another process has the channel.
        """
        owner = lease_owner()
        sent, settled = tuple[SentMessage, ...](), 0
        while True:
            batch = await self._stored(partial(self._settle_and_claim, name, owner, sent, settled), sent)
            if isinstance(batch, Idle):
                return batch.until
            sent, settled = await self._send_batch(batch, owner)

    async def _send_batch(self, batch: SendBatch, owner: str) -> tuple[tuple[SentMessage, ...], int]:
        """Send until something fails, the time of a batch or the lease is over, or the process is to stop.

        Returns what was sent, and how many of these messages are settled already.
        """
        channel, sent, settled = batch.channel, list[SentMessage](), 0
        settled_at = self._clock.now()
        end = min(settled_at + BATCH_TIME, channel.lease.until - channel.settings.timeout)
        for deliveries in batch.messages:
            if len(sent) - settled >= MOST_UNSETTLED or (sent and self._clock.now() > settled_at + LONGEST_UNSETTLED):
                await self._stored(partial(self._settle, channel.name, owner, tuple(sent[settled:])), sent)
                settled, settled_at = len(sent), self._clock.now()
            if sent and (self.stopping or self._clock.now() > end):
                break
            result = await attempt(self._sender, channel.settings, deliveries, now=self._clock.now())
            sent.append(SentMessage(deliveries=deliveries, result=result))
            if result.outcome in {Outcome.FAILED, Outcome.GONE}:
                break
        return tuple(sent), settled

    def _settle_and_claim(self, name: str, owner: str, sent: Sequence[SentMessage], settled: int) -> Idle | SendBatch:
        return self._lease.settle_and_claim(name, owner, sent, settled=settled, now=self._clock.now(), stopping=self.stopping)

    def _settle(self, name: str, owner: str, sent: Sequence[SentMessage]) -> None:
        self._lease.settle(name, owner, sent, now=self._clock.now())

    async def _stored(self, call: Callable[[], T], sent: Sequence[SentMessage]) -> T:
        """Run a transaction in a thread. Without the record of an answer the alert is sent twice, so a database that is away is worth waiting for."""
        waits = itertools.chain(SETTLE_RETRY_WAITS_S, itertools.repeat(SETTLE_RETRY_WAITS_S[-1]))
        while True:
            try:
                return await asyncio.to_thread(call)
            except MonitorError:
                if self.stopping or not sent:
                    raise
                await self._clock.sleep(next(waits))


async def attempt(sender: Sender, channel: ChannelBase, deliveries: Sequence[ClaimedDelivery], *, now: datetime) -> AttemptResult:
    """Render deliveries as one message and send it. Settings that cannot be used are a failure, an alert that cannot be rendered is refused."""
    kind = kind_of(channel)
    try:
        message = kind.render(channel, deliveries, now)
    except ValueError as error:
        return AttemptResult(outcome=Outcome.FAILED, at=now, reason=str(error))
    except Exception as error:  # noqa: BLE001 - an alert that cannot be rendered must not block the ones behind it
        return AttemptResult(outcome=Outcome.REFUSED, at=now, reason=f"the alert cannot be rendered: {type(error).__name__}")
    return await sender.send(kind, message, within=channel.timeout)


async def send_now(channel: ChannelBase, delivery: ClaimedDelivery, *, clock: Clock = SYSTEM_CLOCK) -> AttemptResult:
    """Send one delivery at once, outside the queue."""
    sender = Sender(now=clock.now)
    try:
        return await attempt(sender, channel, [delivery], now=clock.now())
    finally:
        await sender.close()


async def send_test(name: str, channel: ChannelBase, *, clock: Clock = SYSTEM_CLOCK) -> AttemptResult:
    """Send one marked test alert on the channel `name`, outside the queue."""
    return await send_now(channel, sample_alert(name, delivery_id=new_id(), now=clock.now()), clock=clock)
