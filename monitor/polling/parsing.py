"""Parsing beside the event loop: in a process of its own, because a parser holds the interpreter for as long as it works."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context

from monitor.logs import get_logger
from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed, ParseFailure

Parsed = ParsedFeed | ParseFailure
Parse = Callable[[bytes, str, Mapping[str, str], datetime], Awaitable[Parsed]]
"""Body, the URL it was found at, its headers (lower-case names) and the time, to a feed or the reason why there is none."""

PATIENCE_S = 20.0


class ParserProcess:
    """Parses bodies in one process of its own. A body that crashes it or keeps it busy for `patience_s` is a ParseFailure; the next gets a new one."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()

    async def __call__(self, body: bytes, url: str, headers: Mapping[str, str], now: datetime) -> Parsed:
        """Parse one body; calls wait for each other, so that a hanging one can be told from its neighbours."""
        async with self._turn:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1, mp_context=get_context("spawn"), initializer=_end_with_parent, initargs=(os.getpid(),)
                )
            job = asyncio.get_running_loop().run_in_executor(self._pool, _parse, body, url, dict(headers), now)
            try:
                return await asyncio.wait_for(job, self.patience_s)
            except TimeoutError:
                await asyncio.to_thread(self._abandon)
                return ParseFailure(reason=f"parsing took more than {self.patience_s:.0f} s and was given up")
            except BrokenExecutor:
                await asyncio.to_thread(self._abandon)
                return ParseFailure(reason="the parser crashed on this document")
            except Exception as error:  # noqa: BLE001 - a bug in the parser is one feed's failure, not the poller's
                get_logger().error("tick.failed", step="parse", feed=url, error=repr(error))
                return ParseFailure(reason=f"the parser failed on this document ({type(error).__name__})")

    def _abandon(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - there is no public way to end a busy worker
            process.kill()
        pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._abandon()


def _parse(body: bytes, url: str, headers: dict[str, str], now: datetime) -> Parsed:
    return parse_feed(body, url=url, headers=headers, now=now)


def _end_with_parent(parent: int) -> None:
    """A parent that is killed cannot end its children: the child looks for itself. Ctrl-C is the parent's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
