"""Waiting for what other processes do: on a condition, with a deadline."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

import psutil

_T = TypeVar("_T")


def until(condition: Callable[[], _T], *, within_s: float = 40.0) -> _T:
    """What `condition` gives once it is true; AssertionError after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.01)
    return value


def gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked how."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def children(pid: int, of: str) -> list[psutil.Process]:
    """The living children of a process that have `of` in their command line."""
    found = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.Error):  # it ends this moment
            if any(of in word for word in child.cmdline()):
                found.append(child)
    return found
