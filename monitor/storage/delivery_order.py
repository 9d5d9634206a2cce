"""Decide in which order the due deliveries of a channel are sent.

The worst severity goes first, then each source has its turn, then the older alert goes first. Deliveries of one story keep their order among
themselves: together they have the place of the worst and the time of the oldest of them.

Of a long backlog only the oldest and the newest of the worst severities are looked at, so that a claim costs the same however much waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.watch import Severity
from monitor.storage.chunks import parts
from monitor.storage.tables import alerts, articles, deliveries, stories

WINDOW: Final = 300
"""How many of the oldest due deliveries are looked at, of all or of one severity; and a third of that of the newest."""
_RANKS: Final = (
    *sorted((severity.rank for severity in Severity if severity.rank > Severity.HIGH.rank), reverse=True),
    Severity.HIGH.rank,
    None,
)
_LOWER_RANKS: Final = (*sorted((severity.rank for severity in Severity if severity.rank < Severity.HIGH.rank), reverse=True), -1)


def due_in_order(connection: Connection, channel: str, *, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Return `id story_id status change attempts next_attempt_at` of the first `limit` due deliveries of a channel, in order.

    `story_id` is the story that the delivery's own was merged into, if it was. What has no severity, such as a notice to the operator, counts as
    high, and what is no alert is a source of its own.
    """
    window = max(limit, WINDOW)
    due = _due(channel, now)
    oldest = due.order_by(deliveries.c.created_at, deliveries.c.id)
    found = connection.execute(oldest.limit(window + 1)).all()
    if len(found) > window:
        found = _worst(connection, due, window)
    return in_order(found)[:limit]


def in_order(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Return due deliveries in the order in which they are sent."""
    units: dict[str, list[Row[Any]]] = {}
    for row in sorted(rows, key=lambda row: (row.created_at, row.id)):
        units.setdefault(row.story_id or row.id, []).append(row)
    placed = []
    turns: Counter[tuple[int, str | None]] = Counter()
    for unit in units.values():
        worst = max(row.worst for row in unit)
        turns[worst, unit[0].source] += 1
        placed.append((-worst, turns[worst, unit[0].source], unit[0].created_at, unit[0].id, unit))
    return [row for *_, unit in sorted(placed, key=lambda place: place[:4]) for row in unit]


def _due(channel: str, now: datetime) -> Select[Any]:
    columns = (deliveries.c[name] for name in ("id", "status", "change", "attempts", "next_attempt_at", "created_at"))
    return (
        select(
            *columns,
            func.coalesce(stories.c.merged_into, deliveries.c.story_id).label("story_id"),
            deliveries.c.story_id.label("own_story_id"),
            func.coalesce(deliveries.c.rank, Severity.HIGH.rank).label("worst"),
            articles.c.source,
        )
        .select_from(deliveries)
        .join(stories, stories.c.id == deliveries.c.story_id, isouter=True)
        .join(alerts, alerts.c.id == deliveries.c.alert_id, isouter=True)
        .join(articles, articles.c.id == alerts.c.article_id, isouter=True)
        .where(deliveries.c.channel == channel, deliveries.c.status == DeliveryStatus.PENDING, deliveries.c.next_attempt_at <= now)
    )


def _worst(connection: Connection, due: Select[Any], window: int) -> list[Row[Any]]:
    """Return the oldest and the newest of the worst severities, with what is due of the same stories."""
    found: dict[str, Row[Any]] = {}
    for rank in (*_RANKS, *_LOWER_RANKS):
        of_rank = due.where(deliveries.c.rank == rank if rank is not None else deliveries.c.rank.is_(None))
        oldest = of_rank.order_by(deliveries.c.created_at).limit(window)
        newest = of_rank.order_by(deliveries.c.created_at.desc()).limit(window // 3)
        found |= {row.id: row for query in (oldest, newest) for row in connection.execute(query)}
        if len(found) >= window:
            break
    for some in parts(sorted({row.own_story_id for row in found.values() if row.own_story_id is not None})):
        found |= {row.id: row for row in connection.execute(due.where(deliveries.c.story_id.in_(some)))}
    return list(found.values())
