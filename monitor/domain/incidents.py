"""Whether monitoring itself works: what to tell the operator, and when to tell that it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.channel_state import ChannelState


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something of ours that does not work. `subject` identifies it while it lasts."""

    subject: str
    problem: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingFeed:
    """A feed that cannot be read. `last_success_at` None: it never could."""

    name: str
    reason: str | None
    last_success_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSnapshot:
    """What the decision rests on: of `feeds` configured, those that are `failing`; the channels' states; the oldest article not yet scanned."""

    feeds: int
    failing: tuple[FailingFeed, ...]
    channels: Mapping[str, ChannelState]
    oldest_unscanned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long each part may be broken before the operator hears of it."""

    feed: timedelta
    channel: timedelta
    queue: timedelta


def open_incidents(health_snapshot: HealthSnapshot, patience: Thresholds, now: datetime) -> tuple[Incident, ...]:
    """What is broken now. Where no feed can be reached at all that is one trouble, not one per feed.

    A feed that has never worked is no news: the list of feeds shows it.
    """
    found = [*_feeds(health_snapshot, patience, now), *_channels(health_snapshot.channels, now - patience.channel)]
    waiting = health_snapshot.oldest_unscanned_at
    if waiting is not None and waiting <= now - patience.queue:
        found.append(Incident(subject="queue", problem="articles wait to be scanned and nothing moves", since=waiting))
    return tuple(found)


def news(known: Mapping[str, Incident], present: Sequence[Incident]) -> tuple[tuple[Incident, ...], tuple[Incident, ...]]:
    """The troubles that the operator has not heard of yet, and those that are over."""
    names = {one.subject for one in present}
    begun = tuple(one for one in present if one.subject not in known)
    return begun, tuple(one for subject, one in known.items() if subject not in names)


def _feeds(health_snapshot: HealthSnapshot, patience: Thresholds, now: datetime) -> tuple[Incident, ...]:
    worked = [one.last_success_at for one in health_snapshot.failing if one.last_success_at is not None]
    if worked and health_snapshot.feeds > 1 and len(health_snapshot.failing) == health_snapshot.feeds:
        last = max(worked)
        if last <= now - patience.queue:
            return (Incident(subject="feeds", problem=f"none of the {health_snapshot.feeds} feeds can be reached", since=last),)
    return tuple(
        Incident(subject=f"feed {one.name}", problem=one.reason or "it cannot be read", since=one.last_success_at)
        for one in health_snapshot.failing
        if one.last_success_at is not None and one.last_success_at <= now - patience.feed
    )


def _channels(states: Mapping[str, ChannelState], before: datetime) -> tuple[Incident, ...]:
    return tuple(
        Incident(subject=f"channel {name}", problem=state.reason or "alerts cannot be delivered", since=state.failing_since)
        for name, state in states.items()
        if state.failing_since is not None and (state.paused or state.failing_since <= before)
    )
