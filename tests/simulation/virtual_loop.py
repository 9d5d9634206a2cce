"""An event loop whose time is virtual: nothing waits, and the same seed gives the same order of everything."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from monitor.domain.clock import Clock


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only when nothing else is left to do. What is meant for a thread runs in the loop, `latency()` seconds later."""

    virtual_s: float

    def __init__(self, latency: Callable[[], float]) -> None:
        self.virtual_s = 0.0
        self._latency = latency
        super().__init__(_JumpingSelector(self._pass_time))

    def time(self) -> float:
        """Return the virtual seconds since the start."""
        return self.virtual_s

    def run_in_executor(  # type: ignore[override] # what the standard library has, without its type variables
        self,
        executor: Any,  # noqa: ARG002 - there are no threads
        func: Callable[..., Any],
        *args: Any,
    ) -> Any:
        """Call `func` in the loop, as one step that nothing interrupts."""
        future = self.create_future()
        self.call_later(self._latency(), _call, future, func, args)
        return future

    def _pass_time(self, seconds: float | None) -> None:
        if seconds is None:
            raise RuntimeError("everything waits, and nothing will ever happen")
        self.virtual_s += seconds


class LoopClock(Clock):
    """The time of a VirtualLoop that began at `start`; `ahead` is by how much the wall clock is wrong."""

    def __init__(self, loop: VirtualLoop, start: datetime) -> None:
        self._loop = loop
        self._start = start
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return what the wall clock shows."""
        return self.true_now() + self.ahead

    def true_now(self) -> datetime:
        """Return the time that it really is."""
        return self._start + timedelta(microseconds=round(self._loop.virtual_s * 1e6))

    def monotonic(self) -> float:
        """Return the virtual seconds since the start."""
        return self._loop.virtual_s


class _JumpingSelector(selectors.SelectSelector):
    """Never waits for a socket: it lets the virtual time pass instead."""

    def __init__(self, pass_time: Callable[[float | None], None]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout > 0:
            self._pass_time(timeout)
        return []


def _call(future: asyncio.Future[Any], func: Callable[..., Any], args: tuple[Any, ...]) -> None:
    if future.cancelled():
        return
    try:
        result = func(*args)
    except BaseException as error:  # noqa: BLE001 - also the death of a simulated process
        future.set_exception(cast("Exception", error))
    else:
        future.set_result(result)
