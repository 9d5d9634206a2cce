"""Ask one thing that may hang, without hanging: in a thread of its own, one question at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Generic, TypeVar

from monitor.domain.errors import MonitorError

_T = TypeVar("_T")


class Probe(Generic[_T]):
    """Calls `check` in a thread. A call that still hangs is waited for again, not made twice."""

    def __init__(self, name: str, check: Callable[[], _T]) -> None:
        self._check = check
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"probe-{name}")
        self._asked: Future[_T] | None = None
        self._asked_at = 0.0

    def ask(self) -> None:
        """Begin to check, unless the last check has not ended."""
        if self._asked is None:
            self._asked_at = time.monotonic()
            self._asked = self._threads.submit(self._check)

    def answer(self, within_s: float) -> tuple[_T | None, str | None]:
        """Return what the check that was asked for returned, or why there is no result."""
        assert self._asked is not None
        try:
            result = self._asked.result(within_s)
        except FutureTimeout:
            return None, f"no answer for {time.monotonic() - self._asked_at:.0f} s"
        except MonitorError as error:
            self._asked = None
            return None, str(error)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, it is what is to be told
            self._asked = None
            return None, f"{type(error).__name__}: {error}"
        self._asked = None
        return result, None

    def close(self) -> None:
        """Let go of the thread; a call that hangs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
