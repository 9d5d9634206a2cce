"""Judge whether alerts flow, and what needs a person, from what is known of each part of the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from monitor.domain.channel_state import ChannelState
from monitor.domain.quarantined import Quarantined
from monitor.domain.source import SourceGroup, SourceHealth, SourceStatus
from monitor.domain.text import one_line
from monitor.domain.times import age

NEEDED: Final = frozenset({"database", "scheduler", "workers"})
"""The parts without which no alert flows. Without any other one alerts flow, but a person should look."""
QUEUE_AFTER: Final = timedelta(minutes=1)
_MOST_NAMES = 3


class ReadyStatus(StrEnum):
    """`degraded`: alerts flow, but something needs a person. `down`: alerts do not flow."""

    READY = "ready"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFacts:
    """What was found out about each part; None or empty where all is well.

    `database`, `disk`, `redis`, `configuration` and `canary` say what is wrong. `readable` False: the database could not even be read, so nothing is
    known of what the others have stored there. `idle` names for each of the scheduler and the workers what has not shown a sign of life.
    """

    database: str | None = None
    disk: str | None = None
    redis: str | None = None
    configuration: str | None = None
    canary: str | None = None
    readable: bool = True
    idle: Mapping[str, str] = field(default_factory=dict)
    sources: Sequence[SourceGroup] = ()
    channels: Mapping[str, ChannelState] = field(default_factory=dict)
    oldest_unscanned_at: datetime | None = None
    quarantine: Sequence[Quarantined] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Per part what is wrong with it, None where it is well."""

    parts: Mapping[str, str | None]

    @property
    def degraded(self) -> dict[str, str]:
        """What is wrong, by part."""
        return {name: reason for name, reason in self.parts.items() if reason is not None}

    @property
    def status(self) -> ReadyStatus:
        """Whether alerts flow."""
        if self.degraded.keys() & NEEDED:
            return ReadyStatus.DOWN
        return ReadyStatus.DEGRADED if self.degraded else ReadyStatus.READY

    def record(self) -> dict[str, object]:
        """Return `status parts degraded` as `/readyz` answers them."""
        parts = {name: {"ok": reason is None, "reason": reason} for name, reason in self.parts.items()}
        return {"status": self.status.value, "parts": parts, "degraded": self.degraded}


def judge(facts: HealthFacts, now: datetime) -> Readiness:
    """Return what is wrong with each part. What stores its signs of life in a database that cannot be written is not judged by them."""
    unknown = "cannot tell: it reports through the database" if facts.database is not None else None
    return Readiness(
        parts={
            "database": facts.database,
            "disk": facts.disk,
            "redis": facts.redis,
            "scheduler": unknown or facts.idle.get("scheduler"),
            "workers": unknown or facts.idle.get("workers"),
            "sources": "; ".join(_sources(facts.sources)) or None,
            "queue": None if unknown else _queue(facts.oldest_unscanned_at, now),
            "channels": _channels(facts.channels),
            "configuration": facts.configuration,
            "canary": facts.canary,
        }
    )


def _sources(groups: Sequence[SourceGroup]) -> Iterator[str]:
    for group in groups:
        failing = [one for one in group.failing if one.failing]
        silent = [one for one in group.failing if one.status is SourceStatus.SILENT]
        late = [one for one in group.failing if one.late and one not in silent]
        if failing and len(failing) == group.configured:
            which = f"the only {group.kind}" if group.configured == 1 else f"none of the {group.configured} {group.plural}"
            yield f"{which} can{'not' if group.configured == 1 else ''} be read: {_names(failing)}"
        elif failing:
            yield f"{len(failing)} of {group.configured} {group.plural} cannot be read: {_names(failing)}"
        if silent:
            yield f"{len(silent)} of {group.configured} {group.plural} bring nothing new: {_names(silent)}"
        if late:
            yield f"{len(late)} of {group.configured} {group.plural} are read later than usual: {_names(late)}"


def _names(sources: Sequence[SourceHealth]) -> str:
    shown = [one_line(one.name) + (f" ({one_line(one.reason)})" if one.reason else "") for one in sources[:_MOST_NAMES]]
    return ", ".join(shown) + (f" and {len(sources) - _MOST_NAMES} more" if len(sources) > _MOST_NAMES else "")


def _queue(oldest: datetime | None, now: datetime) -> str | None:
    if oldest is None or oldest > now - QUEUE_AFTER:
        return None
    return f"the oldest article that waits to be scanned came {age(oldest, now)} ago"


def _channels(states: Mapping[str, ChannelState]) -> str | None:
    found = [
        f"{one_line(name)} {'is paused' if state.paused else 'fails'}: {one_line(state.reason or 'alerts cannot be delivered')}"
        for name, state in states.items()
        if state.paused or state.probing
    ]
    return "; ".join(found) or None
