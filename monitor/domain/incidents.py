"""Decide what to tell the operator about monitoring itself: what is broken, and what works again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.channel_state import ChannelState
from monitor.domain.source import SourceGroup
from monitor.domain.uplink import AWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something of ours that does not work. `subject` identifies it while it lasts."""

    subject: str
    problem: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSnapshot:
    """How everything is doing: the sources by kind, the channels' states, and since when the oldest unscanned article waits."""

    sources: Sequence[SourceGroup]
    channels: Mapping[str, ChannelState]
    oldest_unscanned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long each part may be broken before the operator is told."""

    source: timedelta
    channel: timedelta
    queue: timedelta


def open_incidents(snapshot: HealthSnapshot, thresholds: Thresholds, now: datetime) -> tuple[Incident, ...]:
    """Return what is broken now. Where no source of a kind can be read, that is one incident, not one for each.

    A source that has never worked is no incident: the list of sources shows it.
    """
    found = [incident for group in snapshot.sources for incident in _source_incidents(group, thresholds, now)]
    found += _channel_incidents(snapshot.channels, now - thresholds.channel)
    waiting = snapshot.oldest_unscanned_at
    if waiting is not None and waiting <= now - thresholds.queue:
        found.append(Incident(subject="queue", problem="articles wait to be scanned and nothing moves", since=waiting))
    return tuple(found)


def changes(known: Mapping[str, Incident], present: Sequence[Incident]) -> tuple[tuple[Incident, ...], tuple[Incident, ...]]:
    """Return the incidents to report to the operator, and the reported ones that are over."""
    subjects = {incident.subject for incident in present}
    begun = tuple(incident for incident in present if incident.subject not in known)
    return begun, tuple(incident for subject, incident in known.items() if subject not in subjects)


def _source_incidents(group: SourceGroup, thresholds: Thresholds, now: datetime) -> Iterator[Incident]:
    worked = [source.last_success_at for source in group.failing if source.last_success_at is not None]
    if worked and any((source.reason or "").startswith(AWAY) for source in group.failing):
        if max(worked) <= now - thresholds.queue:
            yield Incident(subject="connection", problem=AWAY, since=max(worked))
        return
    if worked and group.configured > 1 and len(group.failing) == group.configured and max(worked) <= now - thresholds.queue:
        problem = f"none of the {group.configured} {group.plural} can be reached"
        yield Incident(subject=group.plural, problem=problem, since=max(worked))
        return
    for source in group.failing:
        if source.last_success_at is not None and source.last_success_at <= now - thresholds.source:
            problem = source.reason or "it cannot be read"
            yield Incident(subject=f"{group.kind} {source.name}", problem=problem, since=source.last_success_at)


def _channel_incidents(states: Mapping[str, ChannelState], before: datetime) -> Iterator[Incident]:
    for name, state in states.items():
        if state.failing_since is not None and (state.paused or state.failing_since <= before):
            problem = state.reason or "alerts cannot be delivered"
            yield Incident(subject=f"channel {name}", problem=problem, since=state.failing_since)
