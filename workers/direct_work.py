"""Do what is due from the database, without the queue: while Redis cannot be used, and what an idle worker finds left lying.

Each function returns whether it did anything. `waited` is how long the work must have been due: nothing while the queue does not work, a few seconds
while it does, so that what is about to be put there is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeAlias

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ScanId
from monitor.relay import claim_scans, due_channels
from monitor.storage.engine import Database

DirectWork: TypeAlias = Callable[[timedelta], bool]


def scan_directly(database: Database, scan: Callable[[Sequence[ScanId]], object]) -> DirectWork:
    """Return the function that scans a batch of what is due."""

    def work(waited: timedelta) -> bool:
        ids = claim_scans(database, SYSTEM_CLOCK.now(), waited=waited)
        if ids:
            scan(ids)
        return bool(ids)

    return work


def deliver_directly(database: Database, deliver: Callable[[str], object]) -> DirectWork:
    """Return the function that starts work on the channels on which something is due; it returns False, since that goes on beside it."""

    def work(waited: timedelta) -> bool:
        for channel in due_channels(database, SYSTEM_CLOCK.now() - waited):
            deliver(channel)
        return False

    return work
