"""A report of what was held back in the shape of an alert, for a channel whose template knows nothing else."""

from __future__ import annotations

from typing import Any

from monitor.domain.delivery import ClaimedDelivery
from workers.rendering.card import card_of, held_cards


def report_as_alert(delivery: ClaimedDelivery) -> dict[str, Any]:
    """Return the parts of an alert's `data`, filled from a report: its heading is the term, its events are the title and the snippet.

    What a report has not, such as matches, is empty; the address and the source are those of its worst event.
    """
    card, first = card_of(delivery), delivery.data["events"][0]
    lines = "\n".join(f"{one.headline} {one.url or ''}".rstrip() for one in held_cards(delivery.data))
    return {
        "alert": {
            "id": delivery.id,
            "term": card.term,
            "kind": "keyword",
            "severity": delivery.severity,
            "tags": [],
            "reason": first["reason"],
        },
        "article": {
            **dict.fromkeys(("id", "author", "language", "published_at")),
            "title": card.title,
            "url": first["url"],
            "source": first["source"],
            "fetched_at": delivery.data["since"],
        },
        "story": {"id": first["story"], "articles": len(delivery.data["events"]), "sources": [], "also_in": []},
        "matches": [],
        "matches_total": 0,
        "snippet": lines,
        "entities": [],
        "latency": {"published_to_fetched_s": None, "fetched_to_alert_s": None},
    }
