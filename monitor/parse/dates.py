"""Parse the dates of feeds and documents to aware UTC times.

Two common forms are read directly. Everything else is rewritten first and given to feedparser's handlers, which are the reference, and then to
the readers of dates as people write them. feedparser takes from the clock what a short ISO 8601 form lacks, so those forms are read here. A
time without a zone is in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

from monitor.parse.date_spelling import rewrite_date
from monitor.parse.months import MONTHS

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No feed is older: an earlier date is some software's default."""
MAX_AHEAD = timedelta(days=1)
"""A wrong zone shifts a time by up to a day; anything further ahead is scheduled or wrong."""

_MAX_LENGTH = 100
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\Z", re.ASCII)
_RFC = re.compile(
    r"(?:[A-Z][a-z]{2},\s*)?(\d{1,2})\s+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+"
    r"(GMT|UTC|UT|Z|[+-]\d{4})\Z",
    re.ASCII,
)
_TIME_OF_DAY = r"(?:[T ]([01]\d|2[0-4])(?::?([0-5]\d)(?::?([0-5]\d)(?:[.,]\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?)?\Z"
_SHORT_ISO = tuple(
    re.compile(day + _TIME_OF_DAY, re.ASCII)
    for day in (
        r"(?P<year>\d{4})-?0?(?P<month>\d\d)-?(?P<day>\d\d)",
        r"(?P<year>\d\d)-?(?P<month>\d\d)-?(?P<day>\d\d)",
        r"(?P<year>\d{4}|\d\d)-?(?P<ordinal>\d{3})",
        r"-(?P<year>\d\d)-?(?P<month>\d\d)",
    )
)
_ISO_LIKE = re.compile(r"\d{4}-\d\d-\S", re.ASCII)
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(r"(\d{1,2})[:h](\d\d)(?::(\d\d))?", re.ASCII | re.IGNORECASE)
_OFFSET = re.compile(r"(?:(?<=\s)|(?<=:\d\d))([+-])(\d\d):?(\d\d)\Z", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?!\d)", re.ASCII)
_WORDS = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"\d+", re.ASCII)


@cache
def _handlers() -> Sequence[Callable[[str], Any]]:
    """Return feedparser's handlers. Importing them imports all of feedparser, so this waits for the first date that needs them."""
    from feedparser.datetimes.asctime import _parse_date_asctime  # noqa: PLC0415
    from feedparser.datetimes.greek import _parse_date_greek  # noqa: PLC0415
    from feedparser.datetimes.hungarian import _parse_date_hungarian  # noqa: PLC0415
    from feedparser.datetimes.rfc822 import _parse_date_rfc822  # noqa: PLC0415
    from feedparser.datetimes.w3dtf import _parse_date_w3dtf  # noqa: PLC0415

    return (_parse_date_w3dtf, _parse_date_rfc822, _parse_date_asctime, _parse_date_hungarian, _parse_date_greek)


def parse_date(text: str) -> datetime | None:
    """Return the time that `text` states, to the second, in UTC, plausible or not; None if it cannot be read."""
    text = " ".join(text[: _MAX_LENGTH + 1].split())
    if not text or len(text) > _MAX_LENGTH:
        return None
    moment = _first(text, (_iso, _rfc))
    if moment is not None:
        return moment
    try:
        spelling = rewrite_date(text)
        moment = _first(spelling.text, (_iso, _rfc, _by_feedparser, _short_iso, _as_people_write))
        if moment is None:
            return None
        return (moment if spelling.zone is None else _to_utc(moment.replace(tzinfo=spelling.zone))) + spelling.late
    except (ValueError, OverflowError):
        return None


def _first(text: str, readers: tuple[Callable[[str], datetime | None], ...]) -> datetime | None:
    for read in readers:
        try:
            moment = read(text)
        except (ValueError, OverflowError):
            continue
        if moment is not None:
            return moment
    return None


def discard_implausible(moment: datetime | None, *, now: datetime) -> datetime | None:
    """Return `moment`, or None if it is more than a day ahead of `now` or before 1990."""
    return moment if moment is not None and EARLIEST <= moment <= now + MAX_AHEAD else None


def _iso(text: str) -> datetime | None:
    found = _ISO.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return _to_utc(datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[7])))


def _rfc(text: str) -> datetime | None:
    found = _RFC.match(text)
    if not found:
        return None
    month = _ENGLISH.index(found[2].lower()) + 1
    return _to_utc(
        datetime(int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), int(found[6] or 0), tzinfo=_zone(found[7]))
    )


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _by_feedparser(text: str) -> datetime | None:
    for handler in _handlers():
        try:
            parts = handler(text)
        except (KeyError, OverflowError, ValueError, AttributeError, IndexError, TypeError):
            continue
        if parts:
            year, month, day, hour, minute, second = parts[:6]
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return None


def _short_iso(text: str) -> datetime | None:
    """Read ISO 8601 without separators, with a year of two digits, or with the day of the year."""
    found = next(filter(None, (form.match(text) for form in _SHORT_ISO)), None)
    if not found:
        return None
    part = found.groupdict()
    year = int(part["year"]) + (0 if len(part["year"]) == 4 else 2000 if int(part["year"]) < 70 else 1900)
    *_, hour, minute, second, zone = found.groups()
    first = datetime(year, int(part.get("month") or 1), int(part.get("day") or 1), tzinfo=_zone(zone))
    first += timedelta(hours=int(hour or 0), minutes=int(minute or 0), seconds=int(second or 0))
    return _to_utc(first + timedelta(days=int(part.get("ordinal") or 1) - 1))


def _as_people_write(text: str) -> datetime | None:
    """Read seconds since 1970, and dates with month names in a dozen languages or with numbers whose order is certain."""
    if _ISO_LIKE.match(text):
        return None
    if text.isascii() and text.isdigit():
        return datetime.fromtimestamp(int(text[:10]), tz=UTC) if len(text) in {10, 13, 16} else None
    offset = _OFFSET.search(text)
    zone = _zone("".join(offset.groups())) if offset else UTC
    rest = text[: offset.start()] if offset else text
    clock = _CLOCK.search(rest)
    day = _day(_CLOCK.sub(" ", rest, count=1) if clock else rest)
    if day is None or (clock is None and offset is not None):
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    return _to_utc(datetime(*day, hour, minute, second, tzinfo=zone))


def _day(text: str) -> tuple[int, int, int] | None:
    months = [MONTHS[word] for word in map(str.casefold, _WORDS.findall(text)) if word in MONTHS]
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    if len(months) == 1 and len(numbers) == 2:
        years = [number for number in numbers if number > 999]
        return (years[0], months[0], sum(numbers) - years[0]) if len(years) == 1 else None
    numeric = _NUMERIC.search(text)
    if months or not numeric or len(numbers) != 3:
        return None
    first, second, third = numbers
    if "/" in numeric[0] and first <= 12 < second <= 31 and third < 70:
        return 2000 + third, first, second
    if first > 999:
        return first, second, third
    if third < 1000 or (first <= 12 and second <= 12 and first != second and "." not in numeric[0]):
        return None
    return (third, first, second) if second > 12 else (third, second, first)
