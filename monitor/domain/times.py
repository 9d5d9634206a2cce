"""Write and read times and durations as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import overload

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@overload
def rfc3339(moment: datetime) -> str: ...
@overload
def rfc3339(moment: None) -> None: ...
def rfc3339(moment: datetime | None) -> str | None:
    """Return `2024-03-21T08:00:00Z`, with a fraction only where there is one."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_duration(text: str) -> timedelta | None:
    """Read `30s`, `5m`, `2h`, `1d`, `1w`, or a sum such as `1h30m`; None if it is no duration."""
    compact = text.strip().lower()
    parts = list(_DURATION.finditer(compact))
    if not parts or "".join(part.group() for part in parts) != compact:
        return None
    try:
        return sum((timedelta(**{_UNITS[part[2]]: float(part[1])}) for part in parts), timedelta())
    except OverflowError:
        return None


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago `moment` was, in the largest unit that reads well: `12 s`, `5 min`, `3 h`, `2 d`."""
    seconds = max(0.0, (now - moment).total_seconds())
    for limit, divisor, unit in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{round(seconds / divisor)} {unit}"
    return f"{round(seconds / 86400)} d"
