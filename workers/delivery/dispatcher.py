"""Work on several channels side by side, in one background thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from random import Random
from threading import Thread

from monitor.daemon.step_beats import StepBeats
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.logs import get_logger
from monitor.storage.engine import Database
from workers.delivery.channel_lease import ChannelLease, ConfiguredChannels
from workers.delivery.channel_sender import ChannelSender
from workers.delivery.sender import Sender

PATIENCE = timedelta(seconds=60)
"""A retry or a message that falls due within this time is waited for; a later one is left to the next job."""

CLOSE_WITHIN = timedelta(seconds=2)
"""How long answers are waited for at the end: less than the supervisor grants; what has none by then is sent again."""
_BEAT_EVERY_S = 1.0


class Dispatcher:
    """Sends on many channels at once: a slow receiver delays only its own channel.

    `patience` says how long a channel is kept in hand until its next message is due; after that, someone must call `drain` again.
    """

    def __init__(
        self,
        database: Database,
        configured: ConfiguredChannels,
        *,
        clock: Clock = SYSTEM_CLOCK,
        rng: Random | None = None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._clock = clock
        self._sender = Sender(now=self._clock.now)
        lease = ChannelLease(database, configured, rng=rng or Random())  # noqa: S311 - jitter is no secret
        self._channel_sender = ChannelSender(lease, self._sender, clock=self._clock)
        self._patience = patience
        self._loop = asyncio.new_event_loop()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wake: dict[str, asyncio.Event] = {}
        self._waiters: dict[str, list[Future[datetime | None]]] = {}
        self._beating: Future[None] | None = None
        self._thread = Thread(target=self._loop.run_forever, name="deliver", daemon=True)
        self._thread.start()

    def drain(self, name: str) -> Future[datetime | None]:
        """Start work on this channel, from any thread. The future's result is that of ChannelSender.drain."""
        waiter: Future[datetime | None] = Future()
        self._loop.call_soon_threadsafe(self._request, name, waiter)
        return waiter

    def watch(self, beats: StepBeats) -> None:
        """Let the step `channels` beat every second from the thread that sends."""
        beats.expect("channels", every_s=_BEAT_EVERY_S)

        async def beat() -> None:
            while True:
                beats.beat("channels")
                await asyncio.sleep(_BEAT_EVERY_S)

        self._beating = asyncio.run_coroutine_threadsafe(beat(), self._loop)

    def close(self, timeout: timedelta = CLOSE_WITHIN) -> bool:
        """Stop: messages that are being sent get their answer for at most `timeout`. Returns whether all of them did."""
        if self._loop.is_closed():
            return True
        if self._beating is not None:
            self._beating.cancel()
        done = asyncio.run_coroutine_threadsafe(self._close(timeout), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        return done

    def _request(self, name: str, waiter: Future[datetime | None]) -> None:
        if self._channel_sender.stopping:
            waiter.set_result(None)
            return
        self._waiters.setdefault(name, []).append(waiter)
        self._wake.setdefault(name, asyncio.Event()).set()
        if name not in self._tasks:
            self._tasks[name] = self._loop.create_task(self._work(name))

    async def _work(self, name: str) -> None:
        wake = self._wake[name]
        try:
            while not self._channel_sender.stopping:
                wake.clear()
                waiters = self._waiters.pop(name, [])
                until = await self._drain(name, waiters)
                if wake.is_set():
                    continue
                now = self._clock.now()
                if until is None or until > now + self._patience:
                    return
                await self._sleep(wake, max(0.0, (until - now).total_seconds()))
        finally:
            del self._tasks[name]
            for waiter in self._waiters.pop(name, []):
                waiter.set_result(None)

    async def _drain(self, name: str, waiters: Sequence[Future[datetime | None]]) -> datetime | None:
        until: datetime | None = None
        try:
            until = await self._channel_sender.drain(name)
        except Exception as error:  # noqa: BLE001 - an error on one channel must not end the others; the database repeats the work
            get_logger().error("channel.failed", channel=name, reason=f"{type(error).__name__}: {error}")
        finally:
            for waiter in waiters:
                waiter.set_result(until)
        return until

    async def _sleep(self, wake: asyncio.Event, seconds: float) -> None:
        """Return when the time has passed or someone asks for this channel."""
        sleep, woken = asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(wake.wait())
        try:
            await asyncio.wait({sleep, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            woken.cancel()

    async def _close(self, limit: timedelta) -> bool:
        self._channel_sender.stopping = True
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
