"""What a server says about trying again: the Retry-After header and HTTP dates (RFC 9110 §5.6.7 and §10.2.3)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER = timedelta(days=1)
_SECONDS = re.compile(r"\d{1,12}(?:\.\d+)?")


def http_date(text: str) -> datetime | None:
    """Return the time that an HTTP date names in any of its forms, aware and in UTC; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header (seconds or an HTTP date) asks to wait, at most a day; None where it says nothing of use."""
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return min(timedelta(seconds=math.ceil(float(text))), LONGEST_RETRY_AFTER)
    moment = http_date(text)
    return None if moment is None or moment <= now else min(moment - now, LONGEST_RETRY_AFTER)
