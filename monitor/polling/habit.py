"""Learn a feed's habit from its documents: when it brings something new, and how late we read it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from monitor.domain.rhythm import Rhythm, observe

EMPTY_FOR = timedelta(days=2)
"""A feed whose documents have held no entries for so long, though they used to, is silent."""
_LATEST_DELAY: Final = timedelta(days=7)
"""What is older when it is read is archive, and tells nothing of how late we are."""


def learn_habit(before: Rhythm, fresh: Sequence[float], *, first: bool, now: datetime) -> Rhythm:
    """Return the habit after a poll that brought new entries with these dates (Unix seconds, NaN for none).

    A first document tells it by its dates; later ones by when something new is there.
    """
    at = now.timestamp()
    dates = [date for date in fresh if not math.isnan(date) and date <= at]
    if first:
        return observe(before, dates)
    if not fresh:
        return before
    return observe(before, (at,), [at - date for date in dates if at - date <= _LATEST_DELAY.total_seconds()])


def habit_fields(rhythm: Rhythm) -> dict[str, Any]:
    """Return the fields of a feed's state that follow from its habit: `overdue_after_s overdue_at` and those of lateness."""
    after = rhythm.overdue_after_s()
    overdue = None if after is None or rhythm.last is None else datetime.fromtimestamp(rhythm.last + after, UTC)
    late = {"late_p50_s": rhythm.late_p50_s, "late_p95_s": rhythm.late_p95_s, "late_usual_s": rhythm.late_usual_s}
    return {"overdue_after_s": after, "overdue_at": overdue, **late}


def silence_fields(rhythm: Rhythm, empty_since: datetime | None, *, often_empty: bool) -> dict[str, Any]:
    """Return the fields that say when the feed is silent: by its habit, or after days of documents without entries.

    A feed that has been empty before, as one of warnings may be, has its habit alone.
    """
    fields = habit_fields(rhythm)
    if empty_since is None or often_empty or rhythm.last is None:
        return fields
    at = empty_since + EMPTY_FOR
    if fields["overdue_at"] is not None and fields["overdue_at"] <= at:
        return fields
    return fields | {"overdue_at": at, "overdue_after_s": at.timestamp() - rhythm.last}
