"""Compare CPU times measured side by side, so that tests of cost depend neither on the machine nor on its load."""

from __future__ import annotations

import asyncio
import gc
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

_T = TypeVar("_T")
FLOOR_S = 0.005
"""Shorter times are counted as this: below it the clock's resolution and caches decide."""
CLEAR = 1.25
"""So many times `factor` is near enough to linear to need no further round."""


def cpu_time(work: Callable[[], object]) -> float:
    """Return the CPU seconds that `work` takes in this process, without garbage collection."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        started = time.process_time()
        work()
        return time.process_time() - started
    finally:
        if collecting:
            gc.enable()


async def longest_stretch(work: Callable[[], Awaitable[object]]) -> float:
    """Return the most CPU seconds that the event loop's own thread spends at a stretch on `work`, while another task wants its turn."""
    longest, last, busy = 0.0, time.thread_time(), True

    async def heartbeat() -> None:
        nonlocal longest, last
        while busy:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    beat = asyncio.create_task(heartbeat())
    await work()
    busy = False
    await beat
    return longest


def assert_grows_linearly(
    work: Callable[[_T], object], make: Callable[[int], _T], small: int, *, factor: int = 4, limit: float = 7.0, rounds: int = 3
) -> None:
    """Assert that `work(make(factor * small))` takes less than `limit` times the CPU time of `work(make(small))`.

    Linear work takes `factor` times as long, quadratic work `factor` squared. `make` is not measured. The best of up to `rounds` counts.
    Little and much take turns, since work may be remembered that is repeated at once.
    """
    work(make(small))  # what is done only the first time must not make the little work look long
    little, much = make(small), make(factor * small)
    short = long = math.inf
    for _ in range(rounds):
        short = max(min(short, cpu_time(lambda: work(little))), FLOOR_S)
        long = max(min(long, cpu_time(lambda: work(much))), FLOOR_S)
        if long < CLEAR * factor * short:
            return
    assert long < limit * short, f"{factor} times the input takes {long / short:.1f} times as long ({short:.3f} s, {long:.3f} s)"
