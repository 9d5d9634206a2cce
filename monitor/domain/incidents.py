"""Decide what to tell the operator about monitoring itself: what is broken, and what works again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from monitor.domain.channel_state import ChannelState
from monitor.domain.source import SourceGroup
from monitor.domain.uplink import AWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something of ours that does not work. `subject` identifies it while it lasts.

    `covers` are the subjects of which nothing is told meanwhile, since this one is the reason, or tells of them all.
    """

    subject: str
    problem: str
    since: datetime
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSnapshot:
    """How everything is doing: the sources by kind, the channels' states, and since when the oldest unscanned article waits.

    `parts` are those parts of the program that do not work, each with the reason and since when.
    """

    sources: Sequence[SourceGroup]
    channels: Mapping[str, ChannelState]
    oldest_unscanned_at: datetime | None
    parts: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long each part may be broken before the operator is told. Redis is told of before the embedded server, if it hangs, is ended and started again."""

    source: timedelta
    channel: timedelta
    queue: timedelta
    part: timedelta = timedelta(seconds=15)
    redis: timedelta = timedelta(seconds=3)


PARTS_TOLD: Final = ("database", "disk", "configuration", "scheduler", "workers", "redis", "canary")
"""The parts of the program that are incidents by themselves, causes before what follows from them."""
_FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "database": ("disk", "scheduler", "workers", "redis", "canary", "queue"),
    "scheduler": ("canary", "queue"),
    "workers": ("canary", "queue"),
    "redis": ("canary",),
}
"""What does not work because something else does not."""


def open_incidents(snapshot: HealthSnapshot, thresholds: Thresholds, now: datetime) -> tuple[Incident, ...]:
    """Return what is broken now. Where no source of a kind can be read, that is one incident, not one for each; so is what has one cause.

    A source that has never worked is no incident: the list of sources shows it.
    """
    found = list(_part_incidents(snapshot.parts, thresholds, now))
    found += [incident for group in snapshot.sources for incident in _source_incidents(group, thresholds, now)]
    found += _channel_incidents(snapshot.channels, now - thresholds.channel)
    waiting = snapshot.oldest_unscanned_at
    if waiting is not None and waiting <= now - thresholds.queue:
        found.append(Incident(subject="queue", problem="articles wait to be scanned and nothing moves", since=waiting))
    covered = {subject for incident in found for subject in incident.covers}
    return tuple(incident for incident in found if incident.subject not in covered)


def changes(
    known: Mapping[str, Incident], present: Sequence[Incident], failing: Collection[str] = ()
) -> tuple[tuple[Incident, ...], tuple[Incident, ...]]:
    """Return the incidents to report to the operator, and the reported ones that are over.

    Of what another one covers nothing is known. `failing` are subjects that do not work, though for too short a time to be told.
    """
    subjects = {subject for incident in present for subject in (incident.subject, *incident.covers)}
    begun = tuple(incident for incident in present if incident.subject not in known)
    return begun, tuple(incident for subject, incident in known.items() if subject not in subjects and subject not in failing)


def _part_incidents(parts: Mapping[str, tuple[str, datetime]], thresholds: Thresholds, now: datetime) -> Iterator[Incident]:
    for name in PARTS_TOLD:
        patience = thresholds.redis if name == "redis" else thresholds.part
        if name in parts and parts[name][1] <= now - patience:
            yield Incident(subject=name, problem=parts[name][0], since=parts[name][1], covers=_FOLLOWS.get(name, ()))


def _source_incidents(group: SourceGroup, thresholds: Thresholds, now: datetime) -> Iterator[Incident]:
    unread = [source for source in group.failing if source.failing]
    worked = [source.last_success_at for source in unread if source.last_success_at is not None]
    if worked and any((source.reason or "").startswith(AWAY) for source in unread):
        if max(worked) <= now - thresholds.queue:
            covers = tuple(f"{group.kind} {source.name}" for source in group.failing)
            yield Incident(subject="connection", problem=AWAY, since=max(worked), covers=covers)
        return
    all_fail = bool(worked) and group.configured > 1 and len(unread) == group.configured
    if all_fail and max(worked) <= now - thresholds.queue:
        problem = f"none of the {group.configured} {group.plural} can be reached"
        covers = tuple(f"{group.kind} {source.name}" for source in group.failing)
        yield Incident(subject=group.plural, problem=problem, since=max(worked), covers=covers)
        return
    for source in group.failing:
        since = source.last_success_at if source.failing else now
        with_the_others = all_fail and since is not None and since > max(worked) - thresholds.queue
        if since is not None and not with_the_others and (since <= now - thresholds.source or not source.failing):
            yield Incident(subject=f"{group.kind} {source.name}", problem=source.reason or "it cannot be read", since=since)


def _channel_incidents(states: Mapping[str, ChannelState], before: datetime) -> Iterator[Incident]:
    for name, state in states.items():
        if state.failing_since is not None and (state.paused or state.failing_since <= before):
            problem = state.reason or "alerts cannot be delivered"
            yield Incident(subject=f"channel {name}", problem=problem, since=state.failing_since)
