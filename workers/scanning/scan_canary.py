"""Scan canaries: examined as every article, then sent on to our own receiver. Nothing else is recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.domain.canary import CANARY_ADDRESS, CANARY_CHANNEL, CANARY_EVENT
from monitor.storage import canary_progress, notices, scans
from monitor.storage.engine import Database
from monitor.storage.ids import new_id
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.examine import examine
from workers.scanning.load import ScanTask


def is_canary(task: ScanTask) -> bool:
    """Return whether the article is one of ours."""
    return task.article.feed_url == CANARY_ADDRESS


def scan_canaries(database: Database, compiled: CompiledSettings, tasks: Sequence[ScanTask], *, now: datetime) -> None:
    """Examine canaries, delete them and have our own channel told of each."""
    for task in tasks:
        examine(compiled, task)
    with database.write() as connection:
        finished = scans.finish(connection, [task.scan.id for task in tasks])
        mine = [task for task in tasks if task.scan.id in finished]
        for task in mine:
            round_id = task.article.guid or task.article.id
            notices.add(connection, CANARY_EVENT, {"round": round_id}, {CANARY_CHANNEL: new_id()}, now=now, due_at=now)
            canary_progress.passed(connection, "scanned", round_id, now)
        canary_progress.remove(connection, [task.article.id for task in mine])
