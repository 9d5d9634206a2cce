"""Scan what may bring this process down: each article by itself, with a mark in the database that outlives the process.

An article whose scan was marked and whose process is gone, or that ran out of CPU time or memory, has a strike. With STRIKES of them it is in
quarantine, by the hash of its content: only its first part is matched, then its summary, then its title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from monitor.daemon.lease_owner import is_dead, lease_owner
from monitor.domain.clock import Clock
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ScanId
from monitor.domain.quarantined import FIRST_PART, STRIKES, Quarantined, QuarantineKind, length_matched, quarantine_id
from monitor.logs import get_logger
from monitor.storage import quarantine, scans
from monitor.storage.engine import Database
from workers.scanning.cpu_budget import OutOfCpuTime, cpu_budget
from workers.scanning.load import ScanTask

BUDGET_S: Final = 15.0
_SURELY_DEAD: Final = timedelta(minutes=5)
"""A scan that began so long ago, on a machine of which nothing is known, is over."""


def is_dangerous(task: ScanTask) -> bool:
    """Return whether the article is scanned by itself: it is large, or was not finished before."""
    return task.scan.attempts > 1 or task.scan.strikes > 0 or task.scan.begun_by is not None or _is_large(task)


class DangerousScans:
    """Scans dangerous articles with `scan`, which records one task."""

    def __init__(self, database: Database, scan: Callable[[ScanTask], None], *, clock: Clock) -> None:
        self._database = database
        self._scan = scan
        self._clock = clock
        self._owner = lease_owner()
        self._interrupted: list[ScanId] = []

    def run(self, tasks: Iterable[ScanTask]) -> None:
        """Scan each of these articles, the smallest first. One that runs out of CPU time is left for later."""
        for task in sorted(tasks, key=lambda task: len(task.article.text)):
            strikes = self._strikes_of(task)
            if strikes is not None:
                self._run(task, strikes)

    def _strikes_of(self, task: ScanTask) -> int | None:
        """Return the strikes of an article; None if another process is scanning it."""
        scan = task.scan
        if scan.begun_by is None:
            return scan.strikes
        old = scan.begun_at is not None and scan.begun_at < self._clock.now() - _SURELY_DEAD
        mine = scan.begun_by == self._owner
        if mine or old or is_dead(scan.begun_by):
            return scan.strikes + (0 if mine else 1)
        return None

    def _run(self, task: ScanTask, strikes: int) -> None:
        task, strikes = self._limited(task, strikes)
        with self._database.write() as connection:
            if self._interrupted:
                scans.interrupt(connection, self._interrupted)
                self._interrupted.clear()
            scans.begin(connection, task.scan.id, self._owner, self._clock.now(), strikes=strikes)
        try:
            with cpu_budget(BUDGET_S):
                self._scan(task)
        except OutOfCpuTime:
            reason = f"scanning took more than {BUDGET_S:g} s of CPU time"
            get_logger().error("scan.failed", article=task.article.id, error=reason)
            with self._database.write() as connection:
                scans.fail(connection, task.scan.id, reason)
        except BaseException:
            self._interrupted.append(task.scan.id)
            raise

    def _limited(self, task: ScanTask, strikes: int) -> tuple[ScanTask, int]:
        """Return the task with as much of its article as may be matched, and its strikes; put the article in quarantine if it is time."""
        if strikes < STRIKES and not _is_large(task):
            return task, strikes
        held = quarantine_id(hash_parts("content", task.article.title, task.article.own_text))
        with self._database.read() as connection:
            known = bool(quarantine.contains(connection, [held]))
        if strikes >= STRIKES and not known:
            self._put_in(task, held)
        elif known:
            strikes = max(strikes, STRIKES)
        return _shortened(task, strikes), strikes

    def _put_in(self, task: ScanTask, held: str) -> None:
        article, now = task.article, self._clock.now()
        reason = "scanning it brought its process down twice, or took too much; only its beginning is matched"
        found = Quarantined(
            id=held,
            kind=QuarantineKind.ARTICLE,
            subject=article.id,
            title=article.title,
            source=article.source,
            url=article.url,
            reason=reason,
            since=now,
        )
        put_in_quarantine(self._database, [found])


def put_in_quarantine(database: Database, found: Sequence[Quarantined]) -> None:
    """Store and log what is put in quarantine, unless it is there already."""
    with database.write() as connection:
        new = [one for one in found if quarantine.add(connection, one)]
    for one in new:
        get_logger().error("quarantine.added", id=one.id, kind=one.kind, title=one.title, source=one.source, reason=one.reason)


def _is_large(task: ScanTask) -> bool:
    return len(task.article.text) > FIRST_PART


def _shortened(task: ScanTask, strikes: int) -> ScanTask:
    length, summary = length_matched(strikes)
    if length is None:
        return task
    text = (task.article.summary if summary else task.article.text)[:length]
    asides = () if summary else tuple(aside for aside in task.article.asides if aside.end <= length)
    earlier = task.earlier and (
        task.earlier[0],
        task.earlier[1][:length],
        tuple(one for one in task.earlier[2] if one.end <= length),
    )
    return replace(task, article=replace(task.article, text=text, asides=asides), earlier=earlier)
