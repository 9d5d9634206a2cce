"""The `history` column of a feed: its rhythm, and what its last document asked for, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.domain.cadence import ArrivalRate, PublisherHints
from monitor.domain.feed import DocumentMemory

FORM = 2


def write(arrival_rate: ArrivalRate, document: DocumentMemory) -> dict[str, Any]:
    """As plain JSON values. When the last poll was (`counted_at`) and which entries there were (`imprints`) have columns of their own."""
    publisher_hints = document.publisher_hints
    return {
        "form": FORM,
        "rhythm": {
            "since": arrival_rate.since,
            "tallied_at": arrival_rate.tallied_at,
            "hours": round(arrival_rate.hours, 3),
            "hourly": [round(count, 4) for count in arrival_rate.hourly],
            "recent": [round(t, 1) for t in arrival_rate.recent],
            "size": arrival_rate.size,
        },
        "document": {
            "newest": None if document.newest is None else document.newest.timestamp(),
            "wishes": [publisher_hints.wait_s, sorted(publisher_hints.skip_hours), sorted(publisher_hints.skip_days)],
            "unreliable": document.unreliable,
        },
    }


def differs(before: tuple[ArrivalRate, DocumentMemory], after: tuple[ArrivalRate, DocumentMemory]) -> bool:
    """Whether `write` has something new to say of `after`."""
    return _written(*before) != _written(*after)


def _written(arrival_rate: ArrivalRate, document: DocumentMemory) -> tuple[object, ...]:
    counts = (
        arrival_rate.since,
        arrival_rate.tallied_at,
        arrival_rate.hours,
        arrival_rate.hourly,
        arrival_rate.recent,
        arrival_rate.size,
    )
    return (*counts, document.newest, document.publisher_hints, document.unreliable)


def read(history: dict[str, Any] | None, imprints: bytes | None, counted_at: datetime | None) -> tuple[ArrivalRate, DocumentMemory]:
    """The inverse of `write`; both empty where nothing was stored, or something in another form: it is soon learnt anew."""
    if history is None or history["form"] != FORM:
        return ArrivalRate(), DocumentMemory()
    arrival_rate, document = history["rhythm"], history["document"]
    wait_s, skip_hours, skip_days = document["wishes"]
    return (
        ArrivalRate(
            since=arrival_rate["since"],
            counted_at=None if counted_at is None else counted_at.timestamp(),
            tallied_at=arrival_rate["tallied_at"],
            hours=arrival_rate["hours"],
            hourly=tuple(arrival_rate["hourly"]),
            recent=tuple(arrival_rate["recent"]),
            size=arrival_rate["size"],
        ),
        DocumentMemory(
            imprints=bytes(imprints or b""),
            newest=None if document["newest"] is None else datetime.fromtimestamp(document["newest"], UTC),
            publisher_hints=PublisherHints(wait_s=wait_s, skip_hours=frozenset(skip_hours), skip_days=frozenset(skip_days)),
            unreliable=document["unreliable"],
        ),
    )
