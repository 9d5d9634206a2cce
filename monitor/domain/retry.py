"""What a server says about trying again: the Retry-After header and HTTP dates (RFC 9110 §5.6.7 and §10.2.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
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


_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset", "x-ratelimit-reset-after", "ratelimit")
_REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_WAIT_HEADERS = frozenset({"retry-after", *_RESETS, *_REMAINING})
_DRAFT_RESET = re.compile(r"(?:^|[;,\s])(?:t|reset)\s*=\s*(\d{1,12}(?:\.\d+)?)")
_NUMBER = re.compile(r"\d{1,16}(?:\.\d+)?")
_EPOCH_S = 1_000_000_000
_EPOCH_MS = 1_000_000_000_000


def wait_asked_for(headers: Mapping[str, str], now: datetime, *, refused: bool) -> timedelta | None:
    """Return how long an answer asks to wait before the next request, by Retry-After or by the rate headers; None if it does not.

    Rate headers (names in lower case) count for a `refused` request, and where they say that nothing is left. A reset is seconds from
    now, or a Unix time in seconds or milliseconds.
    """
    if _WAIT_HEADERS.isdisjoint(headers):
        return None
    stated = retry_after(headers.get("retry-after"), now)
    if stated is not None:
        return stated
    spent = any(headers.get(name, "").strip() in {"0", "0.0"} for name in _REMAINING) or re.search(
        r"\br=0\b", headers.get("ratelimit", "")
    )
    if not refused and not spent:
        return None
    return next((wait for name in _RESETS if (wait := _until_reset(headers.get(name), now)) is not None), None)


def _until_reset(value: str | None, now: datetime) -> timedelta | None:
    text = (value or "").strip()
    found = _DRAFT_RESET.search(text)
    number = found[1] if found else text
    if not _NUMBER.fullmatch(number):
        return retry_after(text, now)
    seconds = float(number)
    if seconds >= _EPOCH_S:
        seconds = (seconds / 1000 if seconds >= _EPOCH_MS else seconds) - now.timestamp()
    return timedelta(seconds=min(math.ceil(seconds), LONGEST_RETRY_AFTER.total_seconds())) if seconds > 0 else None
