"""The `history` column of a feed: its rhythm, and what its last document asked for, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.domain.cadence import Rhythm, Wishes
from monitor.domain.feed import DocumentMemory

FORM = 2


def write(rhythm: Rhythm, document: DocumentMemory) -> dict[str, Any]:
    """As plain JSON values. When the last poll was (`counted_at`) and which entries there were (`imprints`) have columns of their own."""
    wishes = document.wishes
    return {
        "form": FORM,
        "rhythm": {
            "since": rhythm.since,
            "tallied_at": rhythm.tallied_at,
            "hours": round(rhythm.hours, 3),
            "hourly": [round(count, 4) for count in rhythm.hourly],
            "recent": [round(t, 1) for t in rhythm.recent],
            "size": rhythm.size,
        },
        "document": {
            "newest": None if document.newest is None else document.newest.timestamp(),
            "wishes": [wishes.wait_s, sorted(wishes.skip_hours), sorted(wishes.skip_days)],
            "unreliable": document.unreliable,
        },
    }


def differs(before: tuple[Rhythm, DocumentMemory], after: tuple[Rhythm, DocumentMemory]) -> bool:
    """Whether `write` has something new to say of `after`."""
    return _written(*before) != _written(*after)


def _written(rhythm: Rhythm, document: DocumentMemory) -> tuple[object, ...]:
    counts = (rhythm.since, rhythm.tallied_at, rhythm.hours, rhythm.hourly, rhythm.recent, rhythm.size)
    return (*counts, document.newest, document.wishes, document.unreliable)


def read(history: dict[str, Any] | None, imprints: bytes | None, counted_at: datetime | None) -> tuple[Rhythm, DocumentMemory]:
    """The inverse of `write`; both empty where nothing was stored, or something in another form: it is soon learnt anew."""
    if history is None or history["form"] != FORM:
        return Rhythm(), DocumentMemory()
    rhythm, document = history["rhythm"], history["document"]
    wait_s, skip_hours, skip_days = document["wishes"]
    return (
        Rhythm(
            since=rhythm["since"],
            counted_at=None if counted_at is None else counted_at.timestamp(),
            tallied_at=rhythm["tallied_at"],
            hours=rhythm["hours"],
            hourly=tuple(rhythm["hourly"]),
            recent=tuple(rhythm["recent"]),
            size=rhythm["size"],
        ),
        DocumentMemory(
            imprints=bytes(imprints or b""),
            newest=None if document["newest"] is None else datetime.fromtimestamp(document["newest"], UTC),
            wishes=Wishes(wait_s=wait_s, skip_hours=frozenset(skip_hours), skip_days=frozenset(skip_days)),
            unreliable=document["unreliable"],
        ),
    )
