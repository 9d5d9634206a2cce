"""The outbox of articles to scan: a row stays until its article is scanned, whatever the queue loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, func, literal, or_, select, update
from sqlalchemy.sql.dml import ReturningDelete

from monitor.domain.canary import CANARY_ADDRESS
from monitor.domain.ids import ArticleId, ScanId
from monitor.storage.chunks import parts
from monitor.storage.dialect import insert
from monitor.storage.ids import new_id
from monitor.storage.tables import appearances, scans
from monitor.storage.types import UtcDateTime

_WAITS = tuple(timedelta(seconds=4 * 2**step) for step in range(5))
"""How long work may stay unfinished after it was put on the queue for the 1st, 2nd … time: 4 s, doubled up to 64 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One revision of an article to be scanned; `attempts` counts how often it was put on the queue.

    `begun_by` is the lease owner that is scanning it, or died doing so, since `begun_at`; `strikes` counts the ends of a process at it.
    """

    id: ScanId
    article_id: ArticleId
    revision: int
    created_at: datetime
    attempts: int
    begun_by: str | None = None
    begun_at: datetime | None = None
    strikes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The number of articles to be scanned, and since when the oldest waits."""

    count: int
    oldest: datetime | None


def add(connection: Connection, revisions: Sequence[tuple[ArticleId, int]], now: datetime) -> dict[ArticleId, ScanId]:
    """Add scans of articles and their revisions; return the new ones by article, oldest first."""
    if not revisions:
        return {}
    rows = [{"id": new_id(), "article_id": article, "revision": revision, "created_at": now} for article, revision in revisions]
    statement = insert(connection, scans).on_conflict_do_nothing().returning(scans.c.id, scans.c.article_id)
    return {row.article_id: row.id for row in sorted(connection.execute(statement, rows))}


def unqueued(
    connection: Connection, now: datetime, limit: int, *, queued: tuple[datetime, datetime] | None = None
) -> tuple[Scan, ...]:
    """Return the scans to put on the queue, oldest first: those never put there, and those unfinished for longer than their wait.

    `queued`: scans put on the queue between these times are still in it, and not due again.
    """
    due = and_(scans.c.enqueued_at <= now - _WAITS[0], scans.c.enqueued_at <= _cut_off(now))
    if queued is not None:
        due = and_(due, or_(scans.c.enqueued_at < queued[0], scans.c.enqueued_at > queued[1]))
    return _read(connection, _select(limit).where(or_(scans.c.enqueued_at.is_(None), due)))


def outstanding(connection: Connection, enqueued_before: datetime, limit: int) -> tuple[Scan, ...]:
    """Return every unfinished scan that was never put on the queue, or was put there before a time, regardless of its wait."""
    before = or_(scans.c.enqueued_at.is_(None), scans.c.enqueued_at < enqueued_before)
    return _read(connection, _select(limit).where(before))


def mark_enqueued(connection: Connection, ids: Sequence[ScanId], now: datetime, *, counts: bool = True) -> None:
    """Store that these scans were put on the queue. Rows that a worker is finishing at this moment are skipped.

    `counts`: False if Redis had lost them, so that their wait does not grow.
    """
    for part in parts(ids):
        free = select(scans.c.id).where(scans.c.id.in_(part)).with_for_update(skip_locked=True)
        values = {"enqueued_at": now, "attempts": scans.c.attempts + (1 if counts else 0)}
        connection.execute(update(scans).where(scans.c.id.in_(free)).values(values))


def claim(connection: Connection, found: Sequence[Scan], now: datetime) -> tuple[ScanId, ...]:
    """Take these scans in hand without a queue, as if they had been put there; return those that nobody else has taken since they were read."""
    taken: list[ScanId] = []
    for part in parts(sorted(found, key=lambda scan: scan.id)):
        same = or_(*(and_(scans.c.id == scan.id, scans.c.attempts == scan.attempts) for scan in part))
        free = select(scans.c.id).where(same).order_by(scans.c.id).with_for_update(skip_locked=True)
        take = update(scans).where(scans.c.id.in_(free)).values(enqueued_at=now, attempts=scans.c.attempts + 1)
        taken += connection.execute(take.returning(scans.c.id)).scalars()
    return tuple(sorted(taken))


def load(connection: Connection, ids: Sequence[ScanId]) -> tuple[Scan, ...]:
    """Return those of the scans that still exist, oldest first."""
    return tuple(scan for part in parts(sorted(ids)) for scan in _read(connection, _select(len(part)).where(scans.c.id.in_(part))))


def finish(connection: Connection, ids: Sequence[ScanId]) -> frozenset[ScanId]:
    """Delete scans, in the transaction that stores their results; return those that no other worker had finished."""
    return frozenset(row.id for part in parts(sorted(ids)) for row in connection.execute(_finish(part)))


def fail(connection: Connection, scan_id: ScanId, error: str) -> None:
    """Store why a scan failed, which counts as a strike; it stays in the outbox."""
    values = {"error": error[:1000], "strikes": scans.c.strikes + 1, "begun_by": None}
    connection.execute(update(scans).where(scans.c.id == scan_id).values(values))


def begin(connection: Connection, scan_id: ScanId, owner: str, now: datetime, *, strikes: int) -> None:
    """Store who scans it now, so that its end is known if it is the end of its process, and the strikes that are known so far."""
    connection.execute(update(scans).where(scans.c.id == scan_id).values(begun_by=owner, begun_at=now, strikes=strikes))


def interrupt(connection: Connection, scan_ids: Sequence[ScanId]) -> None:
    """Store that nobody scans these any more, for a reason that has nothing to do with them."""
    connection.execute(update(scans).where(scans.c.id.in_(scan_ids)).values(begun_by=None))


def backlog(connection: Connection) -> Backlog:
    """Return how much is to be scanned, without canaries."""
    canaries = select(appearances.c.article_id).where(appearances.c.origin_id == CANARY_ADDRESS)
    waiting = select(func.count(), func.min(scans.c.created_at)).where(scans.c.article_id.not_in(canaries))
    count, oldest = connection.execute(waiting).one()
    return Backlog(count=count, oldest=oldest)


def more_than(connection: Connection, count: int) -> bool:
    """Return whether more than `count` articles are to be scanned, at the same small cost however many there are."""
    some = select(scans.c.id).limit(count + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() > count


def _cut_off(now: datetime) -> ColumnElement[datetime]:
    cut_offs = [literal(now - wait, UtcDateTime) for wait in _WAITS]
    return case({0: cut_offs[0], **dict(enumerate(cut_offs[:-1], start=1))}, value=scans.c.attempts, else_=cut_offs[-1])


def _finish(ids: Sequence[ScanId]) -> ReturningDelete[tuple[str]]:
    return delete(scans).where(scans.c.id.in_(ids)).returning(scans.c.id)


def _select(limit: int) -> Select[tuple[object, ...]]:
    columns = (
        scans.c.id,
        scans.c.article_id,
        scans.c.revision,
        scans.c.created_at,
        scans.c.attempts,
        scans.c.begun_by,
        scans.c.begun_at,
        scans.c.strikes,
    )
    return select(*columns).order_by(scans.c.id).limit(limit)


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> tuple[Scan, ...]:
    return tuple(Scan(**row) for row in connection.execute(query).mappings())
