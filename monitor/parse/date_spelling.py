"""Rewrite the many ways of writing a date to the few that `dates` reads.

What is not understood is left unchanged for the readers in `dates` to refuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from zoneinfo import ZoneInfo

from monitor.parse.months import ZONES

_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
_LEAP_SECOND, _LAST_HOUR = timedelta(seconds=1), timedelta(days=1)
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})(?=\Z|[T ]\d\d)", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])?(?=\Z|[T ]\d\d)", re.ASCII)
_EAST_ASIAN_DAY = re.compile(r"(\d{4})\s?[年년.]\s?(\d{1,2})\s?[月월.]\s?(\d{1,2})\s?[日일号號.]?(?:\s?[(（][^()（）]{1,4}[)）])?")
_EAST_ASIAN_HALF = re.compile(r"(上午|午前|오전|下午|午後|오후)\s?(\d{1,2})\s?([時时點点시:])")
_EAST_ASIAN_TIME = re.compile(r"(\d{1,2})\s?[時时點点시:]\s?(\d{1,2})(?:\s?[分분:]\s?(?:(\d{1,2})\s?[秒초]?)?)?")
_KOREAN = re.compile("[년월일오전후시분초]")
_AFTERNOON = frozenset({"下午", "午後", "오후"})
_HALF_DAY = re.compile(r"(?<![\d:])(\d{1,2}):(\d\d)((?::\d\d)?)\s?([ap])\.?\s?m\b\.?", re.ASCII | re.IGNORECASE)
_MIDNIGHT = re.compile(r"(?<![\d:+-])24:00((?::00)?)(?!:|\d)", re.ASCII)
_SIXTIETH = re.compile(r"(?<=\d\d:\d\d:)60(?!\d)", re.ASCII)
_PLACE = re.compile(r"\s([A-Z][A-Za-z]{2,12}/[A-Z][A-Za-z_/-]{2,30}|(?:EST5E|CST6C|MST7M|PST8P)DT)\Z")
_NAMED_ZONE = re.compile(r"(?<=[\d\s])\(?([A-Z]{1,5})\)?\Z")
_NUMBERED_ZONE = re.compile(r":\d\d\s?[+-]\d\d:?\d\d\Z", re.ASCII)
_RULES: tuple[_Rule, ...] = (
    (re.compile("[\u2010-\u2015\u2212]"), "-"),
    (re.compile(r"\A/?Date\((\d{13})(?:[+-]\d{4})?\)/?\Z", re.ASCII), r"\1"),
    (re.compile(r"\A(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\Z", re.ASCII), r"\1-\2-\3T\4:\5:\6"),
    (re.compile(r"\A(\d{10})\.\d{1,9}\Z", re.ASCII), r"\1"),
    (re.compile(r"(?<=\d{4}-\d\d-\d\d),? at (?=\d)", re.ASCII), "T"),
    (re.compile(r"(?<=:\d\d )--(?=\d{4}\Z)", re.ASCII), "-"),
    (re.compile(r"(:\d\d)[.,]\d{1,12}(?!\d)", re.ASCII), r"\1"),
    # The third day of a week is no month: French, Spanish and Italian shorten Tuesday to `mar`.
    (re.compile(r"\Amar[.,]{0,2} (?=\d{1,2}\.? [^\W\d])", re.IGNORECASE), ""),
    # feedparser reads a month by its first three letters, and takes the Finnish November for March.
    (re.compile(r"\bmarrask(?:uuta|uu|\.)", re.IGNORECASE), "Nov"),
    (re.compile(r"\b(\d{1,2})-([A-Za-z]{3,9})-(\d{4}|\d\d)\b", re.ASCII), r"\1 \2 \3"),
    (re.compile(r"(?:\bkl\.? |(?<=\d{4} ))(\d\d)\.(\d\d)(?:\.(\d\d))?(?= |\Z)", re.ASCII), lambda found: _clock(*found.groups())),
    (re.compile(r"(\d{1,2})\.(\d\d)(?= Uhr\b)", re.ASCII), r"\1:\2"),
    (_HALF_DAY, lambda found: f"{int(found[1]) % 12 + 12 * (found[4] in 'pP'):02}:{found[2]}{found[3]}"),
    (re.compile(r"(?<=[+-]\d\d:\d\d)\s?(?:[A-Z]{1,5}|[(\[][^()\[\]]{0,60}[)\]])\Z", re.ASCII), ""),
    (re.compile(r"(?<=[+-]\d{4})\s?(?:[A-Z]{1,5}|[(\[][^()\[\]]{0,60}[)\]])\Z", re.ASCII), ""),
    (re.compile(r"(?<=:\d\d)\s?(?:Z|GMT|UTC|[A-Z]{3,4} )(?=[+-]\d\d:?\d\d\Z)", re.ASCII), " "),
    (re.compile(r"(:\d\d\s?[+-]\d\d)\Z", re.ASCII), r"\g<1>00"),
    (re.compile(r"\[(?:UTC|GMT|Z)\]\Z", re.ASCII), "Z"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A date in a form that `dates` reads. `late` must be added to the time read; `zone`, if any, is its time zone."""

    text: str
    late: timedelta = timedelta()
    zone: tzinfo | None = None


def rewrite_date(text: str) -> Spelling:
    """Rewrite a date on one line to a form that `dates` reads; 24:00 and 23:59:60 become an earlier time with the rest in `late`.

    Raises ValueError for a day, week or time zone that does not exist.
    """
    text = _rewrite_day(_with_ascii_digits(text))
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    late = timedelta()
    for pattern, shorter, rest in ((_MIDNIGHT, r"00:00\1", _LAST_HOUR), (_SIXTIETH, "59", _LEAP_SECOND)):
        text, times = pattern.subn(shorter, text, count=1)
        late += times * rest
    place = _PLACE.search(text)
    if place:
        return Spelling(text=text[: place.start()], late=late, zone=_zone_of(place[1]))
    named = _NAMED_ZONE.search(text)
    if named and named[1] in ZONES:
        text = f"{text[: named.start()].rstrip()} {ZONES[named[1]]}"
    return Spelling(text=text, late=late)


def _with_ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _rewrite_day(text: str) -> str:
    """Rewrite ordinal dates, week dates and East Asian dates as year, month and day."""
    if (found := _ORDINAL.match(text)) is not None:
        day = date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
        if day.year != int(found[1]):
            raise ValueError(text)
        return f"{day.isoformat()}{text[found.end() :]}"
    if (found := _WEEK.match(text)) is not None:
        day = date.fromisocalendar(int(found[1]), int(found[2]), int(found[3] or 1))
        return f"{day.isoformat()}{text[found.end() :]}"
    return text if text.isascii() else _rewrite_east_asian(text)


def _rewrite_east_asian(text: str) -> str:
    """Rewrite a Chinese, Japanese or Korean date. As in feedparser, a Korean time without an offset is in Korea's zone."""
    plain = _EAST_ASIAN_DAY.sub(r"\1-\2-\3 ", text)
    plain = _EAST_ASIAN_HALF.sub(lambda found: f"{int(found[2]) % 12 + 12 * (found[1] in _AFTERNOON)}{found[3]}", plain)
    if plain == text:
        return text
    plain, times = _EAST_ASIAN_TIME.subn(lambda found: _clock(*found.groups()), plain, count=1)
    plain = " ".join(plain.split())
    return f"{plain} +0900" if times and _KOREAN.search(text) and not _NUMBERED_ZONE.search(plain) else plain


def _clock(hour: str, minute: str, second: str | None) -> str:
    return f"{int(hour):02}:{int(minute):02}:{int(second or 0):02}"


def _zone_of(name: str) -> tzinfo:
    """Return the time zone of this name in the zone database. Raises ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (OSError, KeyError) as error:
        raise ValueError(name) from error
