"""Read how often a feed asks to be polled: `ttl`, `skipHours`, `skipDays`, and the syndication module."""

from __future__ import annotations

import re

from monitor.parse.result import PollHints

MAX_INTERVAL_S = 7 * 86400
"""A feed that asks for less than one poll a week uses a wrong unit."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}
_TTL = re.compile(rb"<ttl>\s{0,9}(\d{1,9})\s{0,9}</ttl>", re.IGNORECASE)
_PERIOD = re.compile(rb"<(?:\w{1,20}:)?updatePeriod>\s{0,99}(\w{1,20})\s{0,99}</", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<(?:\w{1,20}:)?updateFrequency>\s{0,99}(\d{1,9})\s{0,99}</", re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s{0,9}(\d{1,2})\s{0,9}</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s{0,9}(\w{6,9})\s{0,9}</day>", re.IGNORECASE)
_WINDOW = 4000


def poll_hints(body: bytes) -> PollHints:
    """Return the hints in an XML feed, ignoring malformed ones. UTF-16 is not decoded for these."""
    lower = body.lower()
    intervals = [interval for interval in (_ttl(body, lower), _syndication(body, lower)) if interval > 0]
    hours = frozenset(int(hour) % 24 for hour in _HOUR.findall(_section(body, lower, b"<skiphours")) if int(hour) <= 24)
    names = [day.decode().lower() for day in _DAY.findall(_section(body, lower, b"<skipdays"))]
    return PollHints(
        min_interval_s=float(min(max(intervals), MAX_INTERVAL_S)) if intervals else None,
        skip_hours=hours if len(hours) < 24 else frozenset(),
        skip_days=frozenset(_DAYS.index(name) for name in names if name in _DAYS) if len(set(names)) < 7 else frozenset(),
    )


def _ttl(body: bytes, lower: bytes) -> int:
    found = _TTL.search(_section(body, lower, b"<ttl"))
    return int(found[1]) * 60 if found else 0


def _syndication(body: bytes, lower: bytes) -> int:
    """Return the interval of the syndication module in seconds, 0 if there is none. By its defaults the period is a day, the frequency 1."""
    period = _PERIOD.search(_around(body, lower, b"updateperiod>"))
    frequency = _FREQUENCY.search(_around(body, lower, b"updatefrequency>"))
    if not period and not frequency:
        return 0
    seconds = _PERIODS.get(period[1].decode().lower(), 0) if period else _PERIODS["daily"]
    return seconds // max(int(frequency[1]) if frequency else 1, 1)


def _section(body: bytes, lower: bytes, name: bytes) -> bytes:
    start = lower.find(name)
    return body[start : start + _WINDOW] if start >= 0 else b""


def _around(body: bytes, lower: bytes, name: bytes) -> bytes:
    start = lower.find(name)
    return body[max(start - 30, 0) : start + _WINDOW] if start >= 0 else b""
