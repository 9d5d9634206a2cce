"""Every function that RQ may call. Each takes ids only, and doing it twice does no harm.

RQ calls by name, so what the jobs work with is held here, once a process: `set_worker` sets it before the first job.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId


class Worker(Protocol):
    """What does the work of one worker process: scanning, or delivering."""

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Scan these."""

    def deliver(self, channel: str) -> None:
        """Send what is due on a channel."""


_worker: list[Worker] = []


def set_worker(worker: Worker) -> None:
    """Let the jobs of this process be done by `worker`."""
    _worker[:] = [worker]


def scan(ids: list[str]) -> None:
    """Scan the articles behind these outbox rows."""
    _working().scan([ScanId(one) for one in ids])


def deliver(channel: str) -> None:
    """Send what is due on one channel."""
    _working().deliver(channel)


def _working() -> Worker:
    if not _worker:
        raise MonitorError("this process takes no jobs")
    return _worker[0]
