"""Make an alert that says that it is only a test."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.delivery import TEST, ClaimedDelivery
from monitor.domain.ids import AlertId, DeliveryId
from monitor.domain.times import rfc3339
from monitor.domain.watch import Severity


def sample_alert(name: str, *, delivery_id: str, now: datetime) -> ClaimedDelivery:
    """Return a test of the channel `name`, in the shape of a real alert."""
    text = "This is a test of news-monitor. If you can read it, alerts will arrive here."
    word = "alerts"
    start = text.index(word)
    data = {
        "alert": {
            "id": delivery_id,
            "term": "Test",
            "kind": "keyword",
            "severity": Severity.INFO,
            "tags": ["test"],
            "reason": "new",
        },
        "article": {
            "id": delivery_id,
            "title": f"Test of the channel {name}",
            "url": None,
            "source": "news-monitor",
            "author": None,
            "language": "en",
            "published_at": rfc3339(now),
            "fetched_at": rfc3339(now),
        },
        "story": {"id": delivery_id, "articles": 1, "sources": ["news-monitor"], "also_in": []},
        "matches": [{"field": "body", "start": start, "end": start + len(word), "text": word}],
        "matches_total": 1,
        "snippet": text,
        "entities": [],
        "latency": {"published_to_fetched_s": 0.0, "fetched_to_alert_s": 0.0},
    }
    return ClaimedDelivery(
        id=DeliveryId(delivery_id),
        alert_id=AlertId(delivery_id),
        alerted_at=now,
        severity=Severity.INFO,
        data=data,
        kind=TEST,
        term="Test",
    )
