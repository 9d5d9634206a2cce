"""Count the alerts of terms over time."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from monitor.storage.tables import alerts


class Bucket(StrEnum):
    """The time that one count covers; hours and days of UTC."""

    HOUR = "hour"
    DAY = "day"


_FORMATS = {
    "sqlite": {Bucket.HOUR: "%Y-%m-%dT%H", Bucket.DAY: "%Y-%m-%d"},
    "postgresql": {Bucket.HOUR: 'YYYY-MM-DD"T"HH24', Bucket.DAY: "YYYY-MM-DD"},
}
_WIDTHS = {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1)}


def by_term(connection: Connection, *, bucket: Bucket, number: int, now: datetime) -> dict[str, tuple[int, ...]]:
    """Return the alerts of each term, suppressed ones included, in the `number` buckets up to the one with `now`, oldest first.

    Terms without an alert in that time are left out.
    """
    start = _floor(now, bucket) - (number - 1) * _WIDTHS[bucket]
    labels = {_label(start + step * _WIDTHS[bucket], bucket): step for step in range(number)}
    bucket_label = _bucket_label(connection, bucket)
    query = (
        select(alerts.c.term, bucket_label, func.count()).where(alerts.c.created_at >= start).group_by(alerts.c.term, bucket_label)
    )
    counts: dict[str, list[int]] = {}
    for term, label, count in connection.execute(query):
        if label in labels:
            counts.setdefault(term, [0] * number)[labels[label]] = count
    return {term: tuple(row) for term, row in counts.items()}


def last_by_term(connection: Connection) -> dict[str, datetime]:
    """Return when each term last raised an alert."""
    return {row.term: row.last for row in connection.execute(_LAST_BY_TERM)}


def _bucket_label(connection: Connection, bucket: Bucket) -> ColumnElement[Any]:
    dialect = connection.dialect.name
    label_format = _FORMATS[dialect][bucket]
    if dialect == "sqlite":
        return func.strftime(label_format, alerts.c.created_at)
    return func.to_char(func.timezone("UTC", alerts.c.created_at), label_format)


def _floor(moment: datetime, bucket: Bucket) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if bucket is Bucket.HOUR else hour.replace(hour=0)


def _label(moment: datetime, bucket: Bucket) -> str:
    return moment.strftime(_FORMATS["sqlite"][bucket])


def _last_by_term() -> Select[tuple[str, datetime]]:
    """Return a query that goes from one term to the next by the index, instead of reading all alerts to group them."""
    terms = select(func.min(alerts.c.term).label("term")).cte("terms", recursive=True)
    following = select(func.min(alerts.c.term)).where(alerts.c.term > terms.c.term).scalar_subquery()
    terms = terms.union_all(select(following).where(terms.c.term.is_not(None)))
    last = select(func.max(alerts.c.created_at)).where(alerts.c.term == terms.c.term).scalar_subquery()
    return select(terms.c.term, last.label("last")).where(terms.c.term.is_not(None))


_LAST_BY_TERM = _last_by_term()
