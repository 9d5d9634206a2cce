"""Bound what a request may compute: a text and a query from outside can be arbitrarily dear."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from monitor.web.responses import ApiError

CPU_S: Final = 4.0
WALL_S: Final = 6.0
AT_ONCE: Final = 2
"""How many such requests are worked on at once; the others are put off."""
_LOOK_EVERY_S: Final = 0.05
_T = TypeVar("_T")


class BudgetSpent(BaseException):
    """Raised inside work that has used up its time. Not an Exception, so that no handler in that work catches it."""


class CpuBudget:
    """Lets a few pieces of work run at once, each in its caller's thread, for a limited time of the processor and of the clock."""

    def __init__(self, *, cpu_s: float = CPU_S, wall_s: float = WALL_S, at_once: int = AT_ONCE) -> None:
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._places = threading.BoundedSemaphore(at_once)

    def run(self, work: Callable[[], _T]) -> _T:
        """Return what `work` returns. Raises ApiError with 422 if it takes too long, with 503 if too many are at work."""
        if not self._places.acquire(blocking=False):
            raise ApiError(503, "others are being matched just now; try again in a moment", headers={"retry-after": "2"})
        try:
            return self._watched(work)
        except BudgetSpent:
            raise ApiError(
                422, f"matching this takes more than {self._cpu_s:g} s; try a shorter text, or a query with less to look for"
            ) from None
        finally:
            self._places.release()

    def _watched(self, work: Callable[[], _T]) -> _T:
        watch = _Watch(threading.get_ident(), self._cpu_s, self._wall_s)
        watch.start()
        try:
            return work()
        finally:
            watch.end()


class _Watch(threading.Thread):
    """Raises BudgetSpent in a thread once its time is over, unless `end` has been called."""

    def __init__(self, thread: int, cpu_s: float, wall_s: float) -> None:
        super().__init__(name="cpu-budget", daemon=True)
        self._thread = thread
        self._clock = time.pthread_getcpuclockid(thread)
        self._cpu_end = time.clock_gettime(self._clock) + cpu_s
        self._wall_end = time.monotonic() + wall_s
        self._over = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Look at the clocks until the work is over or its time is."""
        while not self._over.wait(_LOOK_EVERY_S):
            with self._lock:
                if self._over.is_set():
                    return
                if time.clock_gettime(self._clock) >= self._cpu_end or time.monotonic() >= self._wall_end:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(BudgetSpent))
                    return

    def end(self) -> None:
        """Raise nothing from now on; what was raised just before is raised here at the latest."""
        with self._lock:
            self._over.set()
        for _ in range(10):  # the interpreter looks for such an exception between the steps of a loop
            time.sleep(0)
