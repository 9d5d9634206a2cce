"""Decide what is held back and until when: by a silence, by a cooldown, by the budget of a source."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.alert import HeldAlert, Hold, Suppression
from monitor.domain.ids import StoryId
from monitor.domain.watch import Term
from monitor.settings.model import SilenceSettings

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySilence:
    """Nothing new of a story is told until `until`; None: until a silence without an end is lifted."""

    until: datetime | None


def hold_for(
    term: Term, last: datetime | None, silences: Sequence[SilenceSettings], now: datetime, *, story: StoryId | None = None
) -> Hold | None:
    """Return why and until when an alert of `term` is held back, None if it is told at once. `last` is when the term last told anyone."""
    cooled = last + term.cooldown if term.cooldown is not None and last is not None else None
    earliest = cooled if cooled is not None and now < cooled else None
    ends = silence_ends(term.name, term.tags, silences, now, story=story)
    if ends:
        return Hold(reason=Suppression.SILENCED, until=_latest(ends, earliest), earliest=earliest)
    return None if earliest is None else Hold(reason=Suppression.COOLDOWN, until=earliest, earliest=earliest)


def hold_over_budget(now: datetime) -> Hold:
    """Return the hold of an alert that is more than its source's budget: until the hour is over."""
    end = budget_hour(now) + HOUR
    return Hold(reason=Suppression.BUDGET, until=end, earliest=end)


def budget_hour(now: datetime) -> datetime:
    """Return when the hour began whose alerts count against a budget."""
    return now.replace(minute=0, second=0, microsecond=0)


def held_until(alert: HeldAlert, silences: Sequence[SilenceSettings], now: datetime) -> datetime | None:
    """Return until when an alert is held by what is in force now: a silence may have been extended, added or lifted since.

    A time up to `now` means that it is due; None, that only the end of an open-ended silence releases it.
    """
    hold = alert.hold
    if ends := silence_ends(alert.term, alert.tags, silences, now, story=alert.story_id):
        return _latest(ends, hold.earliest)
    if hold.earliest is not None and hold.earliest > now:
        return hold.earliest
    return now if hold.until is None else min(hold.until, now)


def silence_ends(
    term: str, tags: Collection[str], silences: Sequence[SilenceSettings], now: datetime, *, story: StoryId | None = None
) -> tuple[datetime | None, ...]:
    """Return the end of each silence in force for this term, these tags and this story; None for one without an end."""
    return tuple(silence.until for silence in in_force(silences, now) if _concerns(silence, term, tags, story))


def story_silence(
    terms: Mapping[str, Collection[str]], story: StoryId, silences: Sequence[SilenceSettings], now: datetime
) -> StorySilence | None:
    """Return until when nothing new is told of a story: while it is silenced, or each of its `terms` (with their tags) is. None: it is told."""
    ends = [_end(silence_ends(term, tags, silences, now, story=story)) for term, tags in terms.items()]
    silenced = [one for one in ends if one is not None]
    if not ends or len(silenced) < len(ends):
        return None
    return min(silenced, key=lambda one: (one.until is None, one.until or now))


def in_force(silences: Sequence[SilenceSettings], now: datetime) -> tuple[SilenceSettings, ...]:
    """Return the silences that have begun and are not over."""
    return tuple(one for one in silences if (one.since is None or one.since <= now) and (one.until is None or now < one.until))


def _latest(ends: Sequence[datetime | None], earliest: datetime | None) -> datetime | None:
    known = [end for end in ends if end is not None]
    return None if len(known) < len(ends) else max(*known, earliest) if earliest is not None else max(known)


def _end(ends: Sequence[datetime | None]) -> StorySilence | None:
    return StorySilence(until=_latest(ends, None)) if ends else None


def _concerns(silence: SilenceSettings, term: str, tags: Collection[str], story: StoryId | None) -> bool:
    return silence.term in {None, term} and (silence.tag is None or silence.tag in tags) and silence.story in {None, story}
