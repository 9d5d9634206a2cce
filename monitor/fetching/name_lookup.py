"""Look up names of hosts in threads of their own: a name server that does not answer holds up nothing but the names it is asked for."""

from __future__ import annotations

import asyncio
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.domain.clock import SYSTEM_CLOCK, Clock

LIMIT_S = 8.0
"""A lookup that takes longer fails; its thread goes on until the system's resolver gives up."""

_THREADS = 24
_SLOW_THREADS = 8
_SLOW_FOR_S = 600.0
_MOST_SLOW = 10_000
_SCOPED = 4
"""An address of IPv6 has a scope as its fourth part, not 0 where it names one of our own interfaces."""

_Addresses = list[ResolveResult]


@dataclass(slots=True)
class _Lane:
    """A bounded number of daemon threads, started as they are needed: a process may end while they wait."""

    most: int
    work: queue.SimpleQueue[Callable[[], None]] = field(default_factory=queue.SimpleQueue)
    threads: int = 0
    idle: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def submit(self, call: Callable[[], None]) -> None:
        self.work.put(call)
        with self.lock:
            if self.idle >= self.work.qsize() or self.threads >= self.most:
                return
            self.threads += 1
        threading.Thread(target=self._run, name="name-lookup", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self.lock:
                self.idle += 1
            call = self.work.get()
            with self.lock:
                self.idle -= 1
            call()


class NameLookup(AbstractResolver):
    """A resolver for aiohttp. Names that have lately failed or been slow wait for a few threads of their own.

    A name is looked up once at a time, whoever asks for it.
    """

    def __init__(self, *, look_up: Callable[..., list[Any]] | None = None, clock: Clock = SYSTEM_CLOCK) -> None:
        self._look_up = look_up or socket.getaddrinfo
        self._clock = clock
        self._lanes = (_Lane(_THREADS), _Lane(_SLOW_THREADS))
        self._slow: dict[str, float] = {}
        self._asked: dict[tuple[str, int, int], asyncio.Future[_Addresses]] = {}

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> _Addresses:
        """Return the addresses of `host`. Raises OSError; a name server that does not answer in time is a temporary failure."""
        key = (host, port, int(family))
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = self._ask(host, port, family)
            asked.add_done_callback(lambda done: self._answered(key, done))
        try:
            async with asyncio.timeout(LIMIT_S):
                return await asyncio.shield(asked)
        except TimeoutError as error:
            self._mark_slow(host)
            raise OSError(socket.EAI_AGAIN, "the name server does not answer") from error

    async def close(self) -> None:
        """Leave the threads alone; they end with the process."""

    def _ask(self, host: str, port: int, family: socket.AddressFamily) -> asyncio.Future[_Addresses]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Addresses] = loop.create_future()

        def call() -> None:
            try:
                found, error = self._addresses(host, port, family), None
            except (OSError, UnicodeError) as failed:
                found, error = [], failed
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, future, found, error)

        slow = self._slow.get(host, 0.0) > self._clock.monotonic()
        self._lanes[slow].submit(call)
        return future

    def _addresses(self, host: str, port: int, family: socket.AddressFamily) -> _Addresses:
        rows: list[Any] = self._look_up(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in rows
            if len(address) < _SCOPED or not address[3]
        ]

    def _answered(self, key: tuple[str, int, int], done: asyncio.Future[_Addresses]) -> None:
        self._asked.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            self._mark_slow(key[0])

    def _mark_slow(self, host: str) -> None:
        if len(self._slow) >= _MOST_SLOW:
            self._slow.clear()
        self._slow[host] = self._clock.monotonic() + _SLOW_FOR_S


def _settle(future: asyncio.Future[_Addresses], found: _Addresses, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(found)
