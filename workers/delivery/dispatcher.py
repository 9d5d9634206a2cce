"""Deliver: send what is due on a channel, oldest alert first, and settle it after the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from random import Random
from threading import Thread

from monitor.daemon.lease_owner import lease_owner
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.domain.errors import MonitorError
from monitor.logs import get_logger
from monitor.settings.channels import Channel
from monitor.storage.engine import Database
from monitor.storage.ids import new_id
from workers.channels.compose import compose
from workers.channels.sample_alert import sample
from workers.delivery.channel_lease import ChannelLease, Idle, SendBatch, SentMessage, Sources
from workers.delivery.sender import Sender

PATIENCE = timedelta(seconds=60)
SETTLE_WAITS = (0.2, 1.0, 3.0)


class ChannelSender:
    """Works on channels; knows nothing of threads or queues. Once `stopping` is set, a message in hand is the last one."""

    def __init__(self, ledger: ChannelLease, sender: Sender, *, clock: Clock) -> None:
        self._ledger = ledger
        self._sender = sender
        self._clock = clock
        self.stopping = False

    async def drain(self, name: str) -> datetime | None:
        """Send all that can be sent on this channel now. When more may be sent; None if nothing waits or another process is at it."""
        token = lease_owner()
        sent: tuple[SentMessage, ...] = ()
        while True:
            found = await self._exchange(name, token, sent)
            if isinstance(found, Idle):
                return found.until
            sent = await self._send(found)

    async def _send(self, turn: SendBatch) -> tuple[SentMessage, ...]:
        """Send until something fails, the turn runs out or the process is to stop."""
        sent: list[SentMessage] = []
        for parcels in turn.messages:
            if sent and (self.stopping or self._clock.now() + turn.channel.timeout > turn.until):
                break
            receipt = await self._attempt(turn.channel, parcels)
            sent.append(SentMessage(parcels=parcels, receipt=receipt))
            if receipt.outcome in {Outcome.FAILED, Outcome.GONE}:
                break
        return tuple(sent)

    async def _attempt(self, channel: Channel, parcels: Sequence[ClaimedDelivery]) -> AttemptResult:
        now = self._clock.now()
        try:
            message = compose(channel, parcels, now=now)
        except ValueError as error:
            return AttemptResult(outcome=Outcome.FAILED, at=now, reason=str(error))
        except Exception as error:  # noqa: BLE001 - an alert that cannot be rendered must not block the ones behind it
            return AttemptResult(outcome=Outcome.REFUSED, at=now, reason=f"the alert cannot be rendered: {type(error).__name__}")
        return await self._sender.send(message, within=channel.timeout)

    async def _exchange(self, name: str, token: str, sent: Sequence[SentMessage]) -> Idle | SendBatch:
        """Settle and take. With an answer in hand a database that is away is worth waiting for: without it the alert is sent twice."""
        for wait in SETTLE_WAITS if sent else ():
            try:
                return await asyncio.to_thread(self._settle, name, token, sent)
            except MonitorError:
                await self._clock.sleep(wait)
        return await asyncio.to_thread(self._settle, name, token, sent)

    def _settle(self, name: str, token: str, sent: Sequence[SentMessage]) -> Idle | SendBatch:
        return self._ledger.exchange(name, token, sent, now=self._clock.now(), stopping=self.stopping)


async def send_test(name: str, channel: Channel, *, clock: Clock = SYSTEM_CLOCK) -> AttemptResult:
    """Send one marked test alert on the channel `name`, outside the queue, and say what came of it."""
    now = clock.now()
    sender = Sender(now=clock.now)
    try:
        return await sender.send(compose(channel, [sample(name, delivery_id=new_id(), now=now)], now=now), within=channel.timeout)
    except ValueError as error:
        return AttemptResult(outcome=Outcome.FAILED, at=now, reason=str(error))
    finally:
        await sender.close()


class Dispatcher:
    """Channels worked on side by side in one background thread: a slow receiver holds up nobody but itself.

    `patience`: a retry or a message that falls due within it is waited for here; a later one is left to whoever calls `drain` again.
    """

    def __init__(
        self,
        database: Database,
        sources: Sources,
        *,
        clock: Clock = SYSTEM_CLOCK,
        rng: Random | None = None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._clock = clock
        self._sender = Sender(now=self._clock.now)
        ledger = ChannelLease(database, sources, rng=rng or Random())  # noqa: S311 - jitter is no secret
        self._courier = ChannelSender(ledger, self._sender, clock=self._clock)
        self._patience = patience
        self._loop = asyncio.new_event_loop()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wake: dict[str, asyncio.Event] = {}
        self._waiters: dict[str, list[Future[datetime | None]]] = {}
        self._thread = Thread(target=self._loop.run_forever, name="deliver", daemon=True)
        self._thread.start()

    def drain(self, name: str) -> Future[datetime | None]:
        """Have this channel worked on; from any thread, at once. The future: when more falls due, as Courier.drain tells it."""
        waiter: Future[datetime | None] = Future()
        self._loop.call_soon_threadsafe(self._request, name, waiter)
        return waiter

    def close(self, timeout: timedelta = timedelta(seconds=20)) -> bool:
        """End in good order: messages in hand get their answer for at most `timeout`. Whether all of them did."""
        if self._loop.is_closed():
            return True
        done = asyncio.run_coroutine_threadsafe(self._close(timeout), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        return done

    def _request(self, name: str, waiter: Future[datetime | None]) -> None:
        if self._courier.stopping:
            waiter.set_result(None)
            return
        self._waiters.setdefault(name, []).append(waiter)
        self._wake.setdefault(name, asyncio.Event()).set()
        if name not in self._tasks:
            self._tasks[name] = self._loop.create_task(self._work(name))

    async def _work(self, name: str) -> None:
        wake = self._wake[name]
        try:
            while not self._courier.stopping:
                wake.clear()
                waiters = self._waiters.pop(name, [])
                until = await self._pass(name, waiters)
                if wake.is_set():
                    continue
                now = self._clock.now()
                if until is None or until > now + self._patience:
                    return
                await self._rest(wake, max(0.0, (until - now).total_seconds()))
        finally:
            del self._tasks[name]
            for waiter in self._waiters.pop(name, []):
                waiter.set_result(None)

    async def _pass(self, name: str, waiters: Sequence[Future[datetime | None]]) -> datetime | None:
        until: datetime | None = None
        try:
            until = await self._courier.drain(name)
        except Exception as error:  # noqa: BLE001 - one channel's trouble must not end the others; the database repeats the work
            get_logger().error("channel.failed", channel=name, reason=f"{type(error).__name__}: {error}")
        finally:
            for waiter in waiters:
                waiter.set_result(until)
        return until

    async def _rest(self, wake: asyncio.Event, seconds: float) -> None:
        """Until the time has passed or somebody asks for this channel."""
        sleep, woken = asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(wake.wait())
        try:
            await asyncio.wait({sleep, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            woken.cancel()

    async def _close(self, limit: timedelta) -> bool:
        self._courier.stopping = True
        for wake in self._wake.values():
            wake.set()
        tasks = set(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=limit.total_seconds())
        late = {task for task in tasks if not task.done()}
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._sender.close()
        return not late
