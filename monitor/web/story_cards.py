"""Gather alerts into one card for each story: what is unseen first, of the same hour the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from monitor.records import alert_record
from monitor.storage.alerts import StoredAlert

_HOUR_S = 3600


def story_cards(found: Iterable[StoredAlert], now: datetime) -> list[dict[str, Any]]:
    """Return a card for each story of these alerts, which come newest first."""
    groups: dict[str, list[StoredAlert]] = {}
    for stored in found:
        groups.setdefault(stored.story.id if stored.story else stored.alert.id, []).append(stored)
    return [card_of_alerts(group, now) for group in sorted(groups.values(), key=_place)]


def card_of_alerts(group: list[StoredAlert], now: datetime) -> dict[str, Any]:
    """Return the card of one story's alerts: the `record` of the worst of them, its other alerts as `others`, where it was read as `members`.

    `seen` is the newest acknowledgement, None while any of them is unseen; `seen_after_s` is how long after publication it came.
    """
    first, *others = sorted(group, key=lambda stored: (-stored.alert.severity.rank, -stored.alert.created_at.timestamp()))
    seen = [alert_record(stored, now)["acknowledged"] for stored in group]
    newest = max(seen, key=lambda one: str(one["at"])) if all(seen) else None
    return {
        "record": alert_record(first, now),
        "others": [alert_record(stored, now) for stored in others],
        "members": first.story.members if first.story else (),
        "story": first.story.id if first.story else None,
        "seen": newest,
        "seen_after_s": None if newest is None else _seconds_since_publication(first, newest["at"]),
    }


def _seconds_since_publication(stored: StoredAlert, seen_at: str) -> float:
    article = stored.alert.data["article"]
    began = datetime.fromisoformat(article["published_at"] or article["fetched_at"])
    return max((datetime.fromisoformat(seen_at) - began).total_seconds(), 0.0)


def _place(group: list[StoredAlert]) -> tuple[bool, int, int, float]:
    newest = max(stored.alert.created_at.timestamp() for stored in group)
    worst = max(stored.alert.severity.rank for stored in group)
    seen = all(stored.acknowledged for stored in group)
    return seen, -int(newest // _HOUR_S), -worst, -newest
