"""Alerts: written once under a key that allows no second, read as the records that commands and the API show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from monitor.domain.alert import Alert
from monitor.domain.ids import AlertId
from monitor.domain.times import rfc3339
from monitor.storage import stories
from monitor.storage.dialect import insert
from monitor.storage.tables import alerts, deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts to read; an empty part admits all. `since` looks at the time of making; `before` is the id of an alert: only older ones."""

    since: datetime | None = None
    terms: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    before: str | None = None


def add(connection: Connection, alert: Alert, why: dict[str, Any]) -> bool:
    """Store an alert; False if one with its `dedup_key` is there already."""
    statement = (
        insert(connection, alerts)
        .values(
            id=alert.id,
            dedup_key=alert.dedup_key,
            term=alert.term,
            kind=alert.kind,
            severity=alert.severity,
            tags=alert.tags,
            reason=alert.reason,
            article_id=alert.article_id,
            revision=alert.revision,
            story_id=alert.story_id,
            created_at=alert.created_at,
            suppressed=alert.suppressed,
            data=alert.data,
            why=why,
        )
        .on_conflict_do_nothing(index_elements=["dedup_key"])
        .returning(alerts.c.id)
    )
    return connection.execute(statement).scalar_one_or_none() is not None


def listing(
    connection: Connection, wanted: AlertFilter | None = None, *, limit: int | None = None, skip: Iterable[str] = ()
) -> tuple[dict[str, Any], ...]:
    """Alert records, newest first: the `data` of the webhook plus `id created_at suppressed lapsed_at deliveries`; `skip` names ids to leave out.

    The story is shown as it stands now: what has joined since, and what it was merged into.
    """
    wanted = wanted or AlertFilter()
    query = select(alerts).order_by(alerts.c.created_at.desc(), alerts.c.id.desc()).limit(limit)
    if wanted.since is not None:
        query = query.where(alerts.c.created_at >= wanted.since)
    if wanted.terms:
        query = query.where(alerts.c.term.in_(wanted.terms))
    if wanted.severities:
        query = query.where(alerts.c.severity.in_(wanted.severities))
    if wanted.before is not None:
        edge = select(alerts.c.created_at).where(alerts.c.id == wanted.before).scalar_subquery()
        query = query.where(or_(alerts.c.created_at < edge, and_(alerts.c.created_at == edge, alerts.c.id < wanted.before)))
    skipped = frozenset(skip)
    rows = [row for row in connection.execute(query) if row.id not in skipped]
    sent = deliveries_of(connection, [row.id for row in rows])
    grown = stories.records(connection, [(row.story_id, row.article_id) for row in rows if row.story_id is not None])
    return tuple(
        {
            "id": row.id,
            "created_at": rfc3339(row.created_at),
            **row.data,
            **({"story": grown[row.story_id, row.article_id]} if (row.story_id, row.article_id) in grown else {}),
            "why": row.why,
            "suppressed": row.suppressed,
            "lapsed_at": rfc3339(row.lapsed_at),
            "deliveries": sent.get(row.id, []),
        }
        for row in rows
    )


def last_at(connection: Connection) -> datetime | None:
    """When the last alert was raised."""
    found: datetime | None = connection.execute(select(func.max(alerts.c.created_at))).scalar_one()
    return found


def deliveries_of(connection: Connection, ids: Sequence[AlertId]) -> dict[AlertId, list[dict[str, Any]]]:
    """Per alert its deliveries as an alert's record shows them, oldest first; alerts without any are left out."""
    found: dict[AlertId, list[dict[str, Any]]] = {}
    for start in range(0, len(ids), 500):
        query = select(deliveries).where(deliveries.c.alert_id.in_(ids[start : start + 500])).order_by(deliveries.c.id)
        for row in connection.execute(query):
            found.setdefault(row.alert_id, []).append(
                {
                    "id": row.id,
                    "channel": row.channel,
                    "status": row.status,
                    "attempts": row.attempts,
                    "next_attempt_at": rfc3339(row.next_attempt_at),
                    "last_error": row.last_error,
                }
            )
    return found


def count_since(connection: Connection, since: datetime) -> int:
    """Return how many alerts were raised at `since` or later."""
    return connection.execute(select(func.count()).where(alerts.c.created_at >= since)).scalar_one()


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete alerts raised before `before` whose deliveries are all settled, at most `limit`; return how many."""
    unsettled = select(deliveries.c.id).where(deliveries.c.alert_id == alerts.c.id, deliveries.c.settled_at.is_(None)).exists()
    old = select(alerts.c.id).where(alerts.c.created_at < before, ~unsettled).limit(limit)
    return connection.execute(delete(alerts).where(alerts.c.id.in_(old))).rowcount
