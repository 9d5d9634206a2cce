"""The functions that RQ may call. Each takes ids only, and may be called twice without harm.

RQ calls functions by name, so the worker that does the jobs is kept in this module: `set_worker` sets it before the first job.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitor.domain.errors import MonitorError
from monitor.domain.ids import ScanId


class Worker(Protocol):
    """Does the jobs of one worker process: scanning or delivering."""

    def scan(self, ids: Sequence[ScanId]) -> None:
        """Scan the articles of these scans."""

    def deliver(self, channel: str) -> None:
        """Send the deliveries that are due on a channel."""


_worker: list[Worker] = []


def set_worker(worker: Worker) -> None:
    """Set the worker that does the jobs of this process."""
    _worker[:] = [worker]


def scan(ids: list[str]) -> None:
    """Scan the articles of these scans."""
    _current_worker().scan([ScanId(scan_id) for scan_id in ids])


def deliver(channel: str) -> None:
    """Send the deliveries that are due on a channel."""
    _current_worker().deliver(channel)


def _current_worker() -> Worker:
    if not _worker:
        raise MonitorError("this process takes no jobs")
    return _worker[0]
