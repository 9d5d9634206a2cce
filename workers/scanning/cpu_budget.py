"""Stop this process's work on one thing after so much CPU time; waiting costs nothing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfCpuTime(BaseException):
    """The work took more CPU time than it had. No `except Exception` on the way catches it."""


@contextmanager
def cpu_budget(seconds: float) -> Iterator[None]:
    """Raise OutOfCpuTime in the block after so many seconds of CPU time; outside the main thread there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise OutOfCpuTime
