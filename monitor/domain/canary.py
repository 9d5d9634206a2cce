"""The canary: a made article that goes the way of every article, from a feed to a receiver, and shows whether the way is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.domain.times import age

CANARY_ADDRESS: Final = "news-monitor:canary"
"""The origin of canaries and the address of their feed, which no feed can have."""
CANARY_CHANNEL: Final = ":canary:"
CANARY_EVENT: Final = "canary"
USUAL_EVERY: Final = timedelta(minutes=5)
SHORTEST_EVERY: Final = timedelta(seconds=5)
BACK_WITHIN: Final = timedelta(seconds=30)
"""A canary that has not come back by then is late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryStage:
    """When the last canary passed one stage of the way, and which one it was."""

    round_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryState:
    """The last canary of each stage: stored by the scheduler, scanned, received. None where none ever came so far."""

    stored: CanaryStage | None = None
    scanned: CanaryStage | None = None
    received: CanaryStage | None = None

    def age_s(self, now: datetime) -> float | None:
        """Return how long ago a canary came back, in seconds; None if none ever has."""
        return None if self.received is None else max(0.0, (now - self.received.at).total_seconds())


def canary_interval(heartbeat_every: timedelta | None) -> timedelta:
    """Return how often a canary is sent; more often than usual where a heartbeat asks for it."""
    return USUAL_EVERY if heartbeat_every is None else max(SHORTEST_EVERY, min(USUAL_EVERY, heartbeat_every))


def fault_of_canary(state: CanaryState, *, every: timedelta, since: datetime, now: datetime) -> str | None:
    """Return where canaries are held up, None if they come through. `since` is when somebody began to look: before, nothing is expected."""
    stored, received = state.stored, state.received
    if max(since, stored.at if stored else since) < now - every - BACK_WITHIN:
        when = "none was ever sent" if stored is None else f"the last one was sent {age(stored.at, now)} ago"
        return f"no canary is sent: {when}; the scheduler does not work, or the database takes nothing"
    if stored is None or (received is not None and received.round_id == stored.round_id):
        return None
    last_back = max(since, received.at if received else since)
    late = max(since, stored.at) < now - BACK_WITHIN or last_back < now - every - BACK_WITHIN
    return _held_up(state, now) if late else None


def _held_up(state: CanaryState, now: datetime) -> str:
    assert state.stored is not None
    back = "none ever came back" if state.received is None else f"the last one came back {age(state.received.at, now)} ago"
    if state.scanned is None or state.scanned.round_id != state.stored.round_id:
        return f"canaries are stored but not scanned: no scan worker works, or the queue is stuck; {back}"
    return f"canaries are scanned but not delivered: no deliver worker works, or its queue is stuck; {back}"
