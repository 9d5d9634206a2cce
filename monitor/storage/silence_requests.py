"""Set a silence as a person asks for it: of what, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from monitor.domain.errors import UsageError
from monitor.domain.ids import StoryId
from monitor.domain.text import one_line
from monitor.domain.times import parse_duration
from monitor.settings.model import Settings
from monitor.settings.suggestion import did_you_mean
from monitor.storage import messages, silences, stories
from monitor.storage.engine import Connection
from monitor.storage.silences import Silence

SUBJECTS: Final = ("term", "tag", "story")
TOMORROW, FOR_GOOD = "tomorrow", "lifted"
_MORNING: Final = time(7, tzinfo=UTC)
_LONGEST: Final = timedelta(days=3660)
_EXPECTED: Final = f"a length such as 2h, a time such as 2024-03-21T08:00:00Z, `{TOMORROW}` or `{FOR_GOOD}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRequest:
    """What is to be silenced: one `subject` of SUBJECTS with its name; until when (None: until it is lifted), and why."""

    subject: str
    name: str
    until: datetime | None
    reason: str | None = None


def read_silence(document: Mapping[str, Any], now: datetime) -> SilenceRequest:
    """Return the silence that an object asks for: `term`, `tag` or `story`, with `for` or `until`, and `reason`. Raises UsageError."""
    unknown = sorted(set(document) - {*SUBJECTS, "for", "until", "reason"})
    if unknown:
        raise UsageError(f"unknown field `{one_line(unknown[0])[:50]}`; known are term, tag, story, for, until, reason")
    texts = {key: one_line(value) for key, value in document.items() if isinstance(value, str) and value.strip()}
    wrong = [key for key, value in document.items() if value is not None and not isinstance(value, str)]
    named = [key for key in SUBJECTS if key in texts]
    if wrong or len(named) != 1:
        raise UsageError("name one term, one tag or one story, as text")
    if ("for" in texts) == ("until" in texts):
        raise UsageError(f"say how long, by `for` or by `until`: {_EXPECTED}")
    until = _end_of(texts["for"], now) if "for" in texts else _moment(texts["until"], now)
    return SilenceRequest(subject=named[0], name=texts[named[0]], until=until, reason=texts.get("reason"))


def set_silence(connection: Connection, settings: Settings, wanted: SilenceRequest, now: datetime) -> Silence:
    """Store a silence. Raises UsageError for a term, tag or story that there is not."""
    name = _known(connection, settings, wanted)
    return silences.add(
        connection,
        until=wanted.until,
        now=now,
        term=name if wanted.subject == "term" else None,
        tag=name if wanted.subject == "tag" else None,
        story=StoryId(name) if wanted.subject == "story" else None,
        reason=wanted.reason,
    )


def _known(connection: Connection, settings: Settings, wanted: SilenceRequest) -> str:
    if wanted.subject == "story":
        story_id = messages.current_story(connection, StoryId(wanted.name))
        if not stories.members(connection, [story_id]).get(story_id):
            raise UsageError(f"there is no story {wanted.name!r}")
        return story_id
    names = [one.name for one in settings.terms]
    if wanted.subject == "tag":
        names = sorted({tag for one in settings.terms for tag in one.tags})
    if wanted.name not in names:
        raise UsageError(f"no {wanted.subject} {wanted.name!r} on the watch list{did_you_mean(wanted.name, names)}")
    return wanted.name


def _end_of(text: str, now: datetime) -> datetime:
    duration = parse_duration(text)
    if duration is None or not timedelta(0) < duration <= _LONGEST:
        raise UsageError(f"`for` is a length such as 30m, 2h, 1d, not {text[:50]!r}")
    return now + duration


def _moment(text: str, now: datetime) -> datetime | None:
    """Return the time that `until` names; None for a silence that lasts until it is lifted. Tomorrow begins at 7:00 UTC."""
    if text == FOR_GOOD:
        return None
    if text == TOMORROW:
        return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), _MORNING)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"`until` is {_EXPECTED}, not {text[:50]!r}") from error
    if not now < moment <= now + _LONGEST:
        raise UsageError(f"`until` is not in the time ahead: {text[:50]}")
    return moment
