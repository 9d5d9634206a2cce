"""Alerts made for tests of what comes after them: stored, and on their way to channels."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from monitor.domain.delivery import ClaimedDelivery
from monitor.domain.ids import AlertId, DeliveryId, StoryId
from monitor.domain.watch import Severity
from monitor.storage import deliveries
from monitor.storage.ids import new_id
from monitor.storage.tables import alerts, articles, stories

EPOCH = datetime(2024, 3, 21, 8, tzinfo=UTC)


def alert_data(number: int = 1, **article: Any) -> dict[str, Any]:
    """The `data` of an alert on Rafah; `article` overrides parts of the article."""
    return {
        "alert": {"id": f"a-{number}", "term": "Rafah", "kind": "entity", "severity": "high", "tags": ["gaza"], "reason": "new"},
        "article": {
            "id": f"art-{number}",
            "title": f"Crossing reopens, report {number}",
            "url": f"https://news.example.org/{number}?a=1&b=2",
            "source": "Example World",
            "author": None,
            "language": "en",
            "published_at": "2024-03-21T07:59:00Z",
            "fetched_at": "2024-03-21T08:00:00Z",
        }
        | article,
        "story": {"id": "s-1", "articles": 3, "sources": ["Example World"], "also_in": []},
        "matches": [{"field": "body", "start": 29, "end": 34, "text": "Rafah"}],
        "matches_total": 1,
        "snippet": "… the southern Gaza city of Rafah to open its gate …",
        "entities": [{"name": "Hamas", "type": "organisation", "count": 5, "watched": True}],
        "latency": {"published_to_fetched_s": 60.0, "fetched_to_alert_s": 0.02},
    }


def claimed_delivery(
    number: int = 1, *, data: dict[str, Any] | None = None, severity: Severity = Severity.HIGH, **changes: Any
) -> ClaimedDelivery:
    """A claimed delivery of alert `number`."""
    return ClaimedDelivery(
        id=DeliveryId(f"d-{number}"),
        alert_id=AlertId(f"a-{number}"),
        alerted_at=EPOCH + timedelta(seconds=number),
        severity=severity,
        data=alert_data(number) if data is None else data,
        term="Rafah",
        **changes,
    )


def raise_alerts(
    connection: Connection,
    numbers: Sequence[int],
    names: Sequence[str],
    *,
    at: datetime = EPOCH,
    severity: Severity = Severity.HIGH,
    story_id: str | None = None,
) -> tuple[AlertId, ...]:
    """Store alerts with these numbers, a microsecond apart from `at` on, and put them on their way to the channels `names`."""
    article_id = new_id()
    connection.execute(
        insert(articles).values(
            id=article_id,
            title="t",
            source="s",
            fetched_at=at,
            summary="",
            text="",
            tags=[],
            revision=1,
            content_hash=hashlib.sha256(article_id.encode()).digest(),
            alertable=True,
        )
    )
    made: list[AlertId] = []
    for offset, number in enumerate(numbers):
        alert_id, moment = AlertId(new_id()), at + timedelta(microseconds=offset)
        connection.execute(
            insert(alerts).values(
                id=alert_id,
                dedup_key=hashlib.sha256(alert_id.encode()).digest(),
                term="Rafah",
                kind="entity",
                severity=severity,
                tags=[],
                reason="new",
                article_id=article_id,
                revision=1,
                story_id=story_id,
                created_at=moment,
                data=alert_data(number),
            )
        )
        deliveries.create(connection, alert_id, names, now=moment)
        made.append(alert_id)
    return tuple(made)


def add_story(connection: Connection, at: datetime = EPOCH) -> StoryId:
    """A story for alerts to belong to."""
    story_id = StoryId(new_id())
    connection.execute(insert(stories).values(id=story_id, title="t", created_at=at, last_article_at=at, articles=1))
    return story_id
