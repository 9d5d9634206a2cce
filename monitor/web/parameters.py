"""Read query parameters strictly: an unknown name or a wrong value is refused with what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request

from monitor.domain.text import printable
from monitor.domain.times import parse_duration
from monitor.domain.watch import Severity
from monitor.settings.suggestion import did_you_mean
from monitor.storage.alerts import AlertFilter
from monitor.web.responses import ApiError

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1000
_MAX_VALUE: Final = 1000


def expect_only(request: Request, names: Iterable[str]) -> None:
    """Raise ApiError with 422 for a parameter that is not one of `names`."""
    known = tuple(names)
    for name in request.query_params:
        if name not in known:
            raise ApiError(422, f"unknown parameter `{name[:50]}`{did_you_mean(name, known)}; known are {', '.join(known)}")


def text_parameter(request: Request, name: str) -> str | None:
    """Return a text; None where it is missing or empty."""
    value = printable(request.query_params.get(name, "")).strip()
    if len(value) > _MAX_VALUE:
        raise ApiError(422, f"`{name}` is longer than {_MAX_VALUE} characters")
    return value or None


def text_parameters(request: Request, name: str) -> tuple[str, ...]:
    """Return the values of a parameter that may be repeated, at most 100."""
    values = (printable(value) for value in request.query_params.getlist(name))
    return tuple(value for value in values if value)[:100]


def limit_parameter(request: Request, default: int = DEFAULT_LIMIT) -> int:
    """Return `limit`, from 1 to 1000."""
    value = text_parameter(request, "limit")
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= MAX_LIMIT):
        raise ApiError(422, f"`limit` is a number from 1 to {MAX_LIMIT}")
    return int(value)


def next_limit(found: int, limit: int) -> int | None:
    """Return the limit of a longer list, to be offered after one with `found` rows; None where there are no more rows, or too many."""
    return min(4 * limit, MAX_LIMIT) if found == limit < MAX_LIMIT else None


def since_parameter(request: Request, now: datetime) -> datetime | None:
    """Return `since`, which is a duration such as `2h`, or a date or time in ISO 8601, in UTC if it names no zone."""
    value = text_parameter(request, "since")
    if value is None:
        return None
    duration = parse_duration(value)
    if duration is not None:
        return _before(now, duration)
    try:
        moment = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except ValueError as error:
        raise ApiError(400, "`since` is a duration such as 30m, 2h, 7d, or a date such as 2024-03-21") from error
    except OverflowError as error:
        raise ApiError(400, "`since` lies beyond what a calendar holds") from error


def choice_parameter(request: Request, name: str, choices: Iterable[str]) -> str | None:
    """Return a parameter that is one of `choices`."""
    value = text_parameter(request, name)
    _check_choice(name, value, tuple(choices))
    return value


def alert_filter(request: Request, now: datetime) -> AlertFilter:
    """Return the alerts that `since`, `term`, `severity` (both may be repeated) and `before` (the id of an alert) ask for."""
    severities = text_parameters(request, "severity")
    for severity in severities:
        _check_choice("severity", severity, tuple(Severity))
    return AlertFilter(
        since=since_parameter(request, now),
        terms=text_parameters(request, "term"),
        severities=severities,
        before=text_parameter(request, "before"),
    )


def _check_choice(name: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise ApiError(422, f"`{name}` is one of {', '.join(choices)}{did_you_mean(value, choices)}")


def _before(now: datetime, duration: timedelta) -> datetime:
    try:
        return now - duration
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
