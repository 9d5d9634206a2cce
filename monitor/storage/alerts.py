"""Store alerts, each once under its `dedup_key`, and read them with their story and deliveries as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, or_, select

from monitor.domain.acknowledgement import Acknowledgement
from monitor.domain.alert import Alert, HoldState, Reason, Suppression
from monitor.domain.delivery import Delivery
from monitor.domain.ids import AlertId
from monitor.domain.story import AlertStory
from monitor.domain.watch import Severity, TermKind
from monitor.storage import acknowledgements, holds, stories
from monitor.storage.deliveries import listing as list_deliveries
from monitor.storage.dialect import insert
from monitor.storage.ids import free_id
from monitor.storage.listing_filter import ListFilter, in_time, of_alert, of_article
from monitor.storage.tables import alerts, deliveries
from monitor.storage.tables import articles as articles_table
from monitor.storage.tables import holds as holds_table
from monitor.storage.tables import stories as stories_table

_BATCH = 500
"""Ids in one query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts to read; a field left empty admits all. `since` is compared with `created_at`; `before` is an alert's id: only older ones.

    `more` are further conditions, those on the article among them. `stories` does not admit the alerts of stories that were merged into these.
    """

    since: datetime | None = None
    terms: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    before: str | None = None
    more: ListFilter = field(default_factory=ListFilter)
    ids: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAlert:
    """An alert as it is read. `why` is the explanation of its matches, empty where there is none.

    `lapsed_at` is when a later revision of the article no longer matched. `story` is None where the alert has none, or where its
    story is no longer stored; the alert's `data` then says what was known when it was raised. `hold` is None where it was told at once.
    """

    alert: Alert
    why: dict[str, Any]
    lapsed_at: datetime | None
    story: AlertStory | None
    deliveries: tuple[Delivery, ...]
    hold: HoldState | None = None
    acknowledged: Acknowledgement | None = None


def id_for(connection: Connection, dedup_key: bytes) -> AlertId:
    """Return the id of a new alert, which follows from its key; another where the alert of that id has got another key since."""
    return AlertId(free_id(connection, alerts, "alert", dedup_key.hex()))


def add(connection: Connection, alert: Alert, why: dict[str, Any]) -> bool:
    """Store an alert and return True; False, and nothing is stored, if there is one with its `dedup_key`."""
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
    connection: Connection, wanted: AlertFilter | None = None, *, limit: int | None = None, skip: Iterable[AlertId] = ()
) -> tuple[StoredAlert, ...]:
    """Return the alerts that `wanted` admits, newest first, without those whose ids are in `skip`."""
    skipped = frozenset(skip)
    rows = [row for row in connection.execute(_matching(wanted or AlertFilter()).limit(limit)) if row.id not in skipped]
    sent = deliveries_of(connection, [row.id for row in rows])
    held = holds.states(connection, [row.id for row in rows if row.suppressed is not None])
    seen = acknowledgements.of_alerts(connection, [row.id for row in rows])
    told_by = stories.of_alerts(connection, [(row.story_id, row.article_id) for row in rows if row.story_id is not None])
    return tuple(
        StoredAlert(
            alert=_alert(row),
            why=row.why or {},
            lapsed_at=row.lapsed_at,
            story=told_by.get((row.story_id, row.article_id)),
            deliveries=sent.get(row.id, ()),
            hold=held.get(row.id),
            acknowledged=seen.get(row.id),
        )
        for row in rows
    )


def _matching(wanted: AlertFilter) -> Select[Any]:
    query = select(alerts).order_by(alerts.c.created_at.desc(), alerts.c.id.desc())
    if wanted.since is not None:
        query = query.where(alerts.c.created_at >= wanted.since)
    if wanted.terms:
        query = query.where(alerts.c.term.in_(wanted.terms))
    if wanted.severities:
        query = query.where(alerts.c.severity.in_(wanted.severities))
    for column, values in ((alerts.c.id, wanted.ids), (alerts.c.article_id, wanted.articles), (alerts.c.story_id, wanted.stories)):
        if values:
            query = query.where(column.in_(values))
    more = wanted.more
    query = query.where(*in_time(more, alerts.c.created_at, alerts.c.id), *of_alert(more))
    if conditions := tuple(of_article(more)):
        query = query.where(select(articles_table.c.id).where(articles_table.c.id == alerts.c.article_id, *conditions).exists())
    if more.story is not None:
        family = select(stories_table.c.id).where(or_(stories_table.c.id == more.story, stories_table.c.merged_into == more.story))
        query = query.where(alerts.c.story_id.in_(family))
    if wanted.before is not None:
        edge = select(alerts.c.created_at).where(alerts.c.id == wanted.before).scalar_subquery()
        query = query.where(or_(alerts.c.created_at < edge, and_(alerts.c.created_at == edge, alerts.c.id < wanted.before)))
    return query


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        id=row.id,
        dedup_key=row.dedup_key,
        term=row.term,
        kind=TermKind(row.kind),
        severity=Severity(row.severity),
        tags=tuple(row.tags),
        reason=Reason(row.reason),
        article_id=row.article_id,
        revision=row.revision,
        story_id=row.story_id,
        created_at=row.created_at,
        suppressed=None if row.suppressed is None else Suppression(row.suppressed),
        data=row.data,
    )


def last_at(connection: Connection) -> datetime | None:
    """Return when the last alert was raised; None before the first."""
    found: datetime | None = connection.execute(select(func.max(alerts.c.created_at))).scalar_one()
    return found


def deliveries_of(connection: Connection, ids: Sequence[AlertId]) -> dict[AlertId, tuple[Delivery, ...]]:
    """Return the deliveries of each alert, in the order of their ids; alerts without any are left out."""
    found: dict[AlertId, tuple[Delivery, ...]] = {}
    for start in range(0, len(ids), _BATCH):
        for delivery in reversed(list_deliveries(connection, alert_ids=ids[start : start + _BATCH])):
            if delivery.alert_id is not None:
                found[delivery.alert_id] = (*found.get(delivery.alert_id, ()), delivery)
    return found


def count_since(connection: Connection, since: datetime) -> int:
    """Return how many alerts were raised at `since` or later."""
    return connection.execute(select(func.count()).where(alerts.c.created_at >= since)).scalar_one()


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete alerts raised before `before` that are told and whose deliveries are settled, at most `limit`; return how many."""
    unsettled = select(deliveries.c.id).where(deliveries.c.alert_id == alerts.c.id, deliveries.c.settled_at.is_(None)).exists()
    held = select(holds_table.c.alert_id).where(holds_table.c.alert_id == alerts.c.id, holds_table.c.reported_at.is_(None)).exists()
    old = select(alerts.c.id).where(alerts.c.created_at < before, ~unsettled, ~held).limit(limit)
    return connection.execute(delete(alerts).where(alerts.c.id.in_(old))).rowcount
