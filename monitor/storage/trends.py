"""How often terms have fired over time."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from monitor.storage.tables import alerts


class Bucket(StrEnum):
    """The width of one count; hours and days are those of UTC."""

    HOUR = "hour"
    DAY = "day"


_FORMATS = {
    "sqlite": {Bucket.HOUR: "%Y-%m-%dT%H", Bucket.DAY: "%Y-%m-%d"},
    "postgresql": {Bucket.HOUR: 'YYYY-MM-DD"T"HH24', Bucket.DAY: "YYYY-MM-DD"},
}
_WIDTHS = {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1)}


def by_term(connection: Connection, *, bucket: Bucket, number: int, now: datetime) -> dict[str, tuple[int, ...]]:
    """Alerts per term, suppressed ones included, in the `number` buckets up to the one that holds `now`, oldest first.

    Terms without an alert in that time are left out.
    """
    begin = _floor(now, bucket) - (number - 1) * _WIDTHS[bucket]
    labels = {_label(begin + step * _WIDTHS[bucket], bucket): step for step in range(number)}
    place = _place(connection, bucket)
    query = select(alerts.c.term, place, func.count()).where(alerts.c.created_at >= begin).group_by(alerts.c.term, place)
    counts: dict[str, list[int]] = {}
    for term, label, count in connection.execute(query):
        if label in labels:
            counts.setdefault(term, [0] * number)[labels[label]] = count
    return {term: tuple(row) for term, row in counts.items()}


def last_by_term(connection: Connection) -> dict[str, datetime]:
    """When each term last fired."""
    query = select(alerts.c.term, func.max(alerts.c.created_at)).group_by(alerts.c.term)
    return {row[0]: row[1] for row in connection.execute(query)}


def _place(connection: Connection, bucket: Bucket) -> ColumnElement[Any]:
    dialect = connection.dialect.name
    form = _FORMATS[dialect][bucket]
    if dialect == "sqlite":
        return func.strftime(form, alerts.c.created_at)
    return func.to_char(func.timezone("UTC", alerts.c.created_at), form)


def _floor(moment: datetime, bucket: Bucket) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if bucket is Bucket.HOUR else hour.replace(hour=0)


def _label(moment: datetime, bucket: Bucket) -> str:
    return moment.strftime(_FORMATS["sqlite"][bucket])
