"""Send what is due on one channel, in order, and settle it after the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

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

SETTLE_RETRY_WAITS_S = (0.2, 1.0, 3.0)
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
        sent: tuple[SentMessage, ...] = ()
        while True:
            batch = await self._settle_and_claim(name, owner, sent)
            if isinstance(batch, Idle):
                return batch.until
            sent = await self._send_batch(batch)

    async def _send_batch(self, batch: SendBatch) -> tuple[SentMessage, ...]:
        """Send until something fails, the time of a batch or the lease is over, or the process is to stop."""
        channel = batch.channel
        sent: list[SentMessage] = []
        end = min(self._clock.now() + BATCH_TIME, channel.lease.until - channel.settings.timeout)
        for deliveries in batch.messages:
            if sent and (self.stopping or self._clock.now() > end):
                break
            result = await attempt(self._sender, channel.settings, deliveries, now=self._clock.now())
            sent.append(SentMessage(deliveries=deliveries, result=result))
            if result.outcome in {Outcome.FAILED, Outcome.GONE}:
                break
        return tuple(sent)

    async def _settle_and_claim(self, name: str, owner: str, sent: Sequence[SentMessage]) -> Idle | SendBatch:
        # Without the record of an answer the alert is sent twice, so a database that is away is worth waiting for.
        for wait in SETTLE_RETRY_WAITS_S if sent else ():
            try:
                return await asyncio.to_thread(self._settle_and_claim_now, name, owner, sent)
            except MonitorError:
                await self._clock.sleep(wait)
        return await asyncio.to_thread(self._settle_and_claim_now, name, owner, sent)

    def _settle_and_claim_now(self, name: str, owner: str, sent: Sequence[SentMessage]) -> Idle | SendBatch:
        return self._lease.settle_and_claim(name, owner, sent, now=self._clock.now(), stopping=self.stopping)


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
