"""Articles scanned in this process, so that pages have something to show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId
from monitor.storage import deliveries
from monitor.storage.engine import Database
from monitor.storage.ids import new_id
from monitor.storage.tables import alerts, articles
from tests.alerting import alert_data

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> \u202egnp.exe'


def add_article(database: Database, *, title: str = "Crossing reopens", text: str = "Lorries cross.", **columns: Any) -> str:
    """A stored article; its id."""
    article_id = new_id()
    row = {
        "id": article_id,
        "title": title,
        "text": text,
        "url": f"https://news.example.org/{article_id}",
        "source": "Example World",
        "fetched_at": SYSTEM_CLOCK.now(),
        "summary": "",
        "tags": [],
        "revision": 1,
        "content_hash": article_id.encode().ljust(36)[:32],
        "alertable": True,
    }
    with database.write() as connection:
        connection.execute(insert(articles).values({**row, **columns}))
    return article_id


def add_alert(
    database: Database,
    *,
    term: str = "Rafah",
    severity: str = "high",
    channels: Sequence[str] = (),
    ago: timedelta = timedelta(),
    snippet: str = "on the road to Rafah on Monday",
    **article: Any,
) -> str:
    """A raised alert on an article of its own, on its way to `channels`; its id."""
    article_id = add_article(
        database, **{name: value for name, value in article.items() if name in {"title", "text", "url", "source"}}
    )
    alert_id, at = AlertId(new_id()), SYSTEM_CLOCK.now() - ago
    data = alert_data(1, **{"id": article_id, **article})
    data["alert"] |= {"id": alert_id, "term": term, "severity": severity}
    data["story"]["id"] = None
    data["snippet"] = snippet
    row = {
        "id": alert_id,
        "dedup_key": alert_id.encode()[:32],
        "term": term,
        "kind": "entity",
        "severity": severity,
        "tags": [],
        "reason": "new",
        "article_id": article_id,
        "revision": 1,
        "created_at": at,
        "data": data,
        "why": {"term": term, "kind": "entity", "fired": True, "because": {"part": term, "held": True, "matches": data["matches"]}},
    }
    with database.write() as connection:
        connection.execute(insert(alerts).values(row))
        deliveries.create(connection, alert_id, channels, now=at)
    return alert_id
