"""Whether monitoring itself works: what to tell the operator, and when to tell that it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.channel import ChannelState


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something of ours that does not work. `subject` identifies it while it lasts."""

    subject: str
    problem: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SickFeed:
    """A feed that cannot be read. `last_success_at` None: it never could."""

    name: str
    reason: str | None
    last_success_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the decision rests on: of `feeds` configured, those that are `sick`; the channels' states; the oldest article not yet scanned."""

    feeds: int
    sick: tuple[SickFeed, ...]
    channels: Mapping[str, ChannelState]
    oldest_unscanned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long each part may be broken before the operator hears of it."""

    feed: timedelta
    channel: timedelta
    queue: timedelta


def troubles(vitals: Vitals, patience: Patience, now: datetime) -> tuple[Trouble, ...]:
    """What is broken now. Where no feed can be reached at all that is one trouble, not one per feed.

    A feed that has never worked is no news: the list of feeds shows it.
    """
    found = [*_feeds(vitals, patience, now), *_channels(vitals.channels, now - patience.channel)]
    waiting = vitals.oldest_unscanned_at
    if waiting is not None and waiting <= now - patience.queue:
        found.append(Trouble(subject="queue", problem="articles wait to be scanned and nothing moves", since=waiting))
    return tuple(found)


def news(known: Mapping[str, Trouble], present: Sequence[Trouble]) -> tuple[tuple[Trouble, ...], tuple[Trouble, ...]]:
    """The troubles that the operator has not heard of yet, and those that are over."""
    names = {one.subject for one in present}
    begun = tuple(one for one in present if one.subject not in known)
    return begun, tuple(one for subject, one in known.items() if subject not in names)


def _feeds(vitals: Vitals, patience: Patience, now: datetime) -> tuple[Trouble, ...]:
    worked = [one.last_success_at for one in vitals.sick if one.last_success_at is not None]
    if worked and vitals.feeds > 1 and len(vitals.sick) == vitals.feeds:
        last = max(worked)
        if last <= now - patience.queue:
            return (Trouble(subject="feeds", problem=f"none of the {vitals.feeds} feeds can be reached", since=last),)
    return tuple(
        Trouble(subject=f"feed {one.name}", problem=one.reason or "it cannot be read", since=one.last_success_at)
        for one in vitals.sick
        if one.last_success_at is not None and one.last_success_at <= now - patience.feed
    )


def _channels(states: Mapping[str, ChannelState], before: datetime) -> tuple[Trouble, ...]:
    return tuple(
        Trouble(subject=f"channel {name}", problem=state.reason or "alerts cannot be delivered", since=state.failing_since)
        for name, state in states.items()
        if state.failing_since is not None and (state.paused or state.failing_since <= before)
    )
