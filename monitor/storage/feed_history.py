"""The `history` column of a feed: rhythm and document memory as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.domain.cadence import Rhythm, Wishes
from monitor.domain.feed import DocumentMemory

FORM = 1


def write(rhythm: Rhythm, document: DocumentMemory) -> dict[str, Any]:
    """As plain JSON values."""
    wishes = document.wishes
    return {
        "form": FORM,
        "rhythm": {
            "since": rhythm.since,
            "counted_at": rhythm.counted_at,
            "tallied_at": rhythm.tallied_at,
            "hours": round(rhythm.hours, 3),
            "hourly": [round(count, 4) for count in rhythm.hourly],
            "recent": [round(t, 1) for t in rhythm.recent],
            "size": rhythm.size,
        },
        "document": {
            "keys": sorted(document.keys),
            "stored": sorted(document.stored),
            "newest": None if document.newest is None else document.newest.timestamp(),
            "wishes": [wishes.wait_s, sorted(wishes.skip_hours), sorted(wishes.skip_days)],
            "unreliable": document.unreliable,
        },
    }


def read(history: dict[str, Any] | None) -> tuple[Rhythm, DocumentMemory]:
    """The inverse of `write`; both empty where nothing was stored, or something in another form: it is soon learnt anew."""
    if history is None or history.get("form") != FORM:
        return Rhythm(), DocumentMemory()
    rhythm, document = history["rhythm"], history["document"]
    wait_s, skip_hours, skip_days = document["wishes"]
    return (
        Rhythm(
            since=rhythm["since"],
            counted_at=rhythm["counted_at"],
            tallied_at=rhythm["tallied_at"],
            hours=rhythm["hours"],
            hourly=tuple(rhythm["hourly"]),
            recent=tuple(rhythm["recent"]),
            size=rhythm["size"],
        ),
        DocumentMemory(
            keys=frozenset(document["keys"]),
            stored=frozenset(document["stored"]),
            newest=None if document["newest"] is None else datetime.fromtimestamp(document["newest"], UTC),
            wishes=Wishes(wait_s=wait_s, skip_hours=frozenset(skip_hours), skip_days=frozenset(skip_days)),
            unreliable=document["unreliable"],
        ),
    )
