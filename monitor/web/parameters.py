"""Read query parameters strictly: an unknown name or a wrong value is refused with what was expected."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from monitor.domain.text import printable
from monitor.domain.times import parse_duration
from monitor.domain.watch import Severity
from monitor.settings.suggestion import did_you_mean
from monitor.storage.alerts import AlertFilter
from monitor.storage.listing_filter import ListFilter, Place
from monitor.web.responses import ApiError
from workers.gazetteer.gazetteer import preferred_name

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1000
_MAX_VALUE: Final = 1000
_FORMATS: Final = ("json", "csv", "ndjson")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter in the address of a request. `schema` is a JSON Schema; `repeated`: it may be given several times, and any of its values fits."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    repeated: bool = False


def _choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


SINCE: Final = Parameter(name="since", about="from then on: a duration such as 2h, or a date or time in ISO 8601")
UNTIL: Final = Parameter(name="until", about="before then: a duration such as 2h, or a date or time in ISO 8601")
LIMIT: Final = Parameter(name="limit", about="at most so many", schema={"type": "integer", "minimum": 1, "maximum": MAX_LIMIT})
CURSOR: Final = Parameter(name="cursor", about="where the page before ended, as its `Link` header with rel=next says")
FORMAT: Final = Parameter(name="format", about="how the list comes", schema=_choice(*_FORMATS))
TERM: Final = Parameter(name="term", about="alerts of this term", repeated=True)
SEVERITY: Final = Parameter(name="severity", about="alerts of this severity", schema=_choice(*Severity), repeated=True)
ENTITY: Final = Parameter(name="entity", about="alerts in which this name was recognised", repeated=True)
SOURCE: Final = Parameter(name="source", about="articles of the source with this name", repeated=True)
LANGUAGE: Final = Parameter(name="language", about="articles in this language, such as en", repeated=True)
STORY: Final = Parameter(name="story", about="of the story with this id")
WORDS: Final = Parameter(name="q", about="words that all occur in title or text")
FILTERS: Final = (TERM, SOURCE, LANGUAGE, SEVERITY, ENTITY, SINCE, UNTIL, STORY, WORDS)
PAGING: Final = (LIMIT, CURSOR, FORMAT)


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


def since_parameter(request: Request, now: datetime, name: str = "since") -> datetime | None:
    """Return `since` (or `until`), which is a duration such as `2h`, or a date or time in ISO 8601, in UTC if it names no zone."""
    value = text_parameter(request, name)
    if value is None:
        return None
    duration = parse_duration(value)
    if duration is not None:
        return _before(now, duration)
    try:
        moment = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except ValueError as error:
        raise ApiError(400, f"`{name}` is a duration such as 30m, 2h, 7d, or a date such as 2024-03-21") from error
    except OverflowError as error:
        raise ApiError(400, f"`{name}` lies beyond what a calendar holds") from error


def choice_parameter(request: Request, name: str, choices: Iterable[str]) -> str | None:
    """Return a parameter that is one of `choices`."""
    value = text_parameter(request, name)
    _check_choice(name, value, tuple(choices))
    return value


def list_filter(request: Request, now: datetime) -> ListFilter:
    """Return what a list is asked for, by FILTERS and `cursor`."""
    severities = text_parameters(request, "severity")
    for severity in severities:
        _check_choice("severity", severity, tuple(Severity))
    return ListFilter(
        since=since_parameter(request, now),
        until=since_parameter(request, now, "until"),
        terms=text_parameters(request, "term"),
        severities=severities,
        entities=tuple(map(preferred_name, text_parameters(request, "entity"))),
        sources=text_parameters(request, "source"),
        languages=text_parameters(request, "language"),
        story=text_parameter(request, "story"),
        words=tuple((text_parameter(request, "q") or text_parameter(request, "search") or "").split()),
        older_than=_place_of(text_parameter(request, "cursor")),
    )


def cursor_after(at: datetime, row_id: str) -> str:
    """Return the cursor of the page after a row."""
    return urlsafe_b64encode(f"{at.astimezone(UTC).isoformat()} {row_id}".encode()).rstrip(b"=").decode()


def _place_of(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        at, row_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ", 1)
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise ApiError(422, "`cursor` is none that was given out; begin without it") from error
    if moment.tzinfo is None:
        raise ApiError(422, "`cursor` is none that was given out; begin without it")
    return moment, printable(row_id)


def format_parameter(request: Request) -> str:
    """Return `format`, by default `json`."""
    return choice_parameter(request, "format", _FORMATS) or "json"


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
