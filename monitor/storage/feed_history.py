"""Read and write the `history` column of a feed: its arrival rate, and what is kept of its last document, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.domain.cadence import ArrivalRate, PublisherHints
from monitor.domain.feed import DocumentMemory
from monitor.domain.freshness import FirstFetch
from monitor.domain.rhythm import Rhythm

FORM = 2
"""The number of this form of the JSON; its keys keep the names they had when they were first stored."""


def write(arrival_rate: ArrivalRate, document: DocumentMemory) -> dict[str, Any]:
    """Return the history as plain JSON values. The time of the last poll and the imprints of the entries have columns of their own."""
    publisher_hints = document.publisher_hints
    return {
        "form": FORM,
        "rhythm": {
            "since": arrival_rate.since,
            "tallied_at": arrival_rate.recounted_at,
            "hours": round(arrival_rate.hours, 3),
            "hourly": [round(count, 4) for count in arrival_rate.hourly],
            "recent": [round(t, 1) for t in arrival_rate.recent],
            "size": arrival_rate.size,
        },
        "document": {
            "newest": None if document.newest is None else document.newest.timestamp(),
            "wishes": [publisher_hints.wait_s, sorted(publisher_hints.skip_hours), sorted(publisher_hints.skip_days)],
            "unreliable": document.unreliable,
            **({} if document.empty_since is None else {"empty_since": document.empty_since.timestamp()}),
            **({"often_empty": True} if document.often_empty else {}),
            **({"first_fetch": _written(document.first_fetch)} if document.first_fetch is not None else {}),
            **({"habit": _written_rhythm(document.rhythm)} if document.rhythm.last is not None else {}),
        },
    }


def differs(before: tuple[ArrivalRate, DocumentMemory], after: tuple[ArrivalRate, DocumentMemory]) -> bool:
    """Return whether `write` gives another result for `after` than for `before`."""
    return _stored_values(*before) != _stored_values(*after)


def _stored_values(arrival_rate: ArrivalRate, document: DocumentMemory) -> tuple[object, ...]:
    counts = (
        arrival_rate.since,
        arrival_rate.recounted_at,
        arrival_rate.hours,
        arrival_rate.hourly,
        arrival_rate.recent,
        arrival_rate.size,
    )
    empty = document.empty_since, document.often_empty
    return (*counts, *empty, document.newest, document.publisher_hints, document.unreliable, document.first_fetch, document.rhythm)


def _written_rhythm(rhythm: Rhythm) -> dict[str, Any]:
    return {
        "hourly": [round(count, 3) for count in rhythm.hourly],
        "daily": [round(count, 3) for count in rhythm.daily],
        "gaps": [round(rhythm.gaps, 4), round(rhythm.busy_h, 3), round(rhythm.longest_h, 3)],
        "second": None if rhythm.second_h is None else round(rhythm.second_h, 3),
        "last": rhythm.last,
        "delays": [round(delay, 1) for delay in rhythm.delays],
        "usual_delay": None if rhythm.usual_delay_s is None else round(rhythm.usual_delay_s, 1),
    }


def _read_rhythm(written: dict[str, Any] | None) -> Rhythm:
    """Return what `_written_rhythm` was given; an empty one for a feed that was last read before this was stored."""
    if written is None:
        return Rhythm()
    gaps, busy_h, longest_h = written["gaps"]
    return Rhythm(
        hourly=tuple(written["hourly"]),
        daily=tuple(written["daily"]),
        gaps=gaps,
        busy_h=busy_h,
        longest_h=longest_h,
        second_h=written.get("second"),
        last=written["last"],
        delays=tuple(written["delays"]),
        usual_delay_s=written.get("usual_delay"),
    )


def _written(first: FirstFetch) -> list[float]:
    return [first.at.timestamp(), first.undated, first.ahead]


def _read_first(written: list[float] | None) -> FirstFetch | None:
    """Return what `_written` was given; None for a feed that was first fetched before this was stored."""
    if written is None:
        return None
    at, undated, ahead = written
    return FirstFetch(at=datetime.fromtimestamp(at, UTC), undated=int(undated), ahead=int(ahead))


def read(
    history: dict[str, Any] | None, fingerprints: bytes | None, counted_at: datetime | None
) -> tuple[ArrivalRate, DocumentMemory]:
    """Return what `write` was given. Both are empty where nothing was stored, or in another form: it is soon learnt again."""
    if history is None or history["form"] != FORM:
        return ArrivalRate(), DocumentMemory()
    rate, document = history["rhythm"], history["document"]
    wait_s, skip_hours, skip_days = document["wishes"]
    return (
        ArrivalRate(
            since=rate["since"],
            counted_at=None if counted_at is None else counted_at.timestamp(),
            recounted_at=rate["tallied_at"],
            hours=rate["hours"],
            hourly=tuple(rate["hourly"]),
            recent=tuple(rate["recent"]),
            size=rate["size"],
        ),
        DocumentMemory(
            fingerprints=bytes(fingerprints or b""),
            newest=None if document["newest"] is None else datetime.fromtimestamp(document["newest"], UTC),
            publisher_hints=PublisherHints(wait_s=wait_s, skip_hours=frozenset(skip_hours), skip_days=frozenset(skip_days)),
            unreliable=document["unreliable"],
            first_fetch=_read_first(document.get("first_fetch")),
            rhythm=_read_rhythm(document.get("habit")),
            empty_since=None if (since := document.get("empty_since")) is None else datetime.fromtimestamp(since, UTC),
            often_empty=document.get("often_empty", False),
        ),
    )
