"""Decide in which order the due deliveries of a channel are sent.

The worst severity goes first, then each source has its turn, then the older alert goes first. Deliveries of one story keep their order among
themselves: together they have the place of the worst and the time of the oldest of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from monitor.domain.delivery import DeliveryStatus
from monitor.domain.watch import Severity
from monitor.storage.tables import alerts, articles, deliveries, stories


def due_in_order(channel: str, *, now: datetime, limit: int) -> Select[Any]:
    """Select `id story_id status change attempts next_attempt_at` of the first `limit` due deliveries of a channel.

    `story_id` is the story that the delivery's own was merged into, if it was. What has no severity, such as a notice to the operator, counts as
    high, and what is no alert is a source of its own.
    """
    story = func.coalesce(stories.c.merged_into, deliveries.c.story_id)
    columns = (deliveries.c[name] for name in ("id", "status", "change", "attempts", "next_attempt_at", "created_at"))
    due = (
        select(
            *columns,
            story.label("story_id"),
            func.coalesce(story, deliveries.c.id).label("unit"),
            func.coalesce(deliveries.c.rank, Severity.HIGH.rank).label("worst"),
            articles.c.source,
        )
        .select_from(deliveries)
        .join(stories, stories.c.id == deliveries.c.story_id, isouter=True)
        .join(alerts, alerts.c.id == deliveries.c.alert_id, isouter=True)
        .join(articles, articles.c.id == alerts.c.article_id, isouter=True)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.status == DeliveryStatus.PENDING,
            deliveries.c.next_attempt_at <= now,
        )
        .cte("due")
    )
    units = (
        select(
            due.c.unit,
            func.max(due.c.worst).label("worst"),
            func.min(due.c.created_at).label("since"),
            func.min(due.c.source).label("source"),
        )
        .group_by(due.c.unit)
        .cte("units")
    )
    turn = func.row_number().over(partition_by=(units.c.worst, units.c.source), order_by=(units.c.since, units.c.unit))
    placed = select(units, turn.label("turn")).cte("placed")
    return (
        select(due)
        .join(placed, placed.c.unit == due.c.unit)
        .order_by(placed.c.worst.desc(), placed.c.turn, placed.c.since, placed.c.unit, due.c.created_at, due.c.id)
        .limit(limit)
    )
