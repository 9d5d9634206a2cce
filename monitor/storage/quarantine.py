"""Store what is in quarantine, by the hash of its content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from monitor.domain.article import PageState
from monitor.domain.ids import ArticleId, ScanId
from monitor.domain.quarantined import Quarantined, QuarantineKind
from monitor.storage import scans
from monitor.storage.dialect import insert
from monitor.storage.tables import articles, files, quarantine


def add(connection: Connection, held: Quarantined) -> bool:
    """Put something in quarantine; return False if its content is there already, or was dropped."""
    new = insert(connection, quarantine).values(asdict(held)).on_conflict_do_nothing().returning(quarantine.c.id)
    return connection.execute(new).scalar() is not None


def listing(connection: Connection, *, limit: int | None = None) -> tuple[Quarantined, ...]:
    """Return what is in quarantine and was not dropped, oldest first."""
    query = select(quarantine).where(quarantine.c.dropped.is_(False)).order_by(quarantine.c.since, quarantine.c.id).limit(limit)
    return tuple(
        Quarantined(
            id=row.id,
            kind=QuarantineKind(row.kind),
            subject=row.subject,
            title=row.title,
            source=row.source,
            url=row.url,
            reason=row.reason,
            since=row.since,
        )
        for row in connection.execute(query)
    )


def counts(connection: Connection) -> dict[QuarantineKind, int]:
    """Return how much of each kind is in quarantine."""
    query = select(quarantine.c.kind, func.count()).where(quarantine.c.dropped.is_(False)).group_by(quarantine.c.kind)
    found = {QuarantineKind(kind): number for kind, number in connection.execute(query)}
    return {kind: found.get(kind, 0) for kind in QuarantineKind}


def contains(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    """Return those of these ids that are in quarantine, dropped or not."""
    return frozenset(connection.execute(select(quarantine.c.id).where(quarantine.c.id.in_(ids))).scalars()) if ids else frozenset()


def release(connection: Connection, quarantine_id: str, now: datetime) -> tuple[ScanId, ...] | None:
    """Let something out, so that it is read as a whole again; return the scans to relay, or None if it is not in quarantine."""
    row = connection.execute(delete(quarantine).where(quarantine.c.id == quarantine_id).returning(quarantine)).one_or_none()
    if row is None:
        return None
    if row.kind == QuarantineKind.DOCUMENT:
        connection.execute(delete(files).where(files.c.path == row.subject))
        return ()
    if row.kind == QuarantineKind.PAGE:
        unread = {"page": PageState.UNREAD, "page_due_at": now}
        connection.execute(update(articles).where(articles.c.id == row.subject).values(unread))
        return ()
    found = connection.execute(select(articles.c.revision).where(articles.c.id == row.subject)).scalar()
    return () if found is None else tuple(scans.add(connection, [(ArticleId(row.subject), found)], now).values())


def drop(connection: Connection, quarantine_id: str) -> bool:
    """Take something off the list for good: it is never read as a whole again. Return False if it is not on the list."""
    listed = (quarantine.c.id == quarantine_id) & quarantine.c.dropped.is_(False)
    return connection.execute(update(quarantine).where(listed).values(dropped=True)).rowcount == 1


def forget(connection: Connection, subjects: Sequence[str]) -> None:
    """Remove documents that have changed and can be read."""
    connection.execute(delete(quarantine).where(quarantine.c.kind == QuarantineKind.DOCUMENT, quarantine.c.subject.in_(subjects)))
