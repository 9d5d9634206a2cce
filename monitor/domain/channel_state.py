"""Compute a channel's state: its circuit breaker, the spacing of its messages, its quiet hours and digests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.delivery import JITTER, AttemptResult, Outcome

FAILURES_BEFORE_REST = 5
UNANSWERED_BEFORE_REST = 2
"""So many failures in a row suffice if no answer came: each such attempt may have been taken, and the next one is then a duplicate."""
PROBE_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """The state of a channel that all processes share.

    `failures` counts failed attempts in a row since `failing_since`; before `open_until` and `next_send_at` nothing is sent;
    `paused` holds until someone resumes the channel or its settings change.
    """

    failures: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    paused: bool = False
    reason: str | None = None
    next_send_at: datetime | None = None

    @property
    def probing(self) -> bool:
        """Whether the breaker is open, so that one delivery at a time tests the receiver."""
        return self.failures >= FAILURES_BEFORE_REST

    def ready_at(self) -> datetime | None:
        """Return the first moment at which something may be sent; None means at once."""
        return max((moment for moment in (self.open_until, self.next_send_at) if moment is not None), default=None)


def state_after(state: ChannelState, result: AttemptResult, *, now: datetime, jitter: float) -> ChannelState:
    """Return the channel's state after an attempt. `jitter` is in [0, 1).

    A refusal of the content shows that the receiver works. From the fifth failure in a row on, the channel rests 5 s, 15 s, 30 s, 1 min and
    then 2 min between single tests, and from the second on 5 s after an attempt without an answer; a Retry-After makes the whole channel wait,
    whatever the count.
    """
    if result.outcome in {Outcome.ACCEPTED, Outcome.REFUSED}:
        return replace(state, failures=0, failing_since=None, open_until=None, reason=None)
    failures = state.failures + 1
    rest = result.retry_after or timedelta(0)
    if failures >= (UNANSWERED_BEFORE_REST if result.unanswered else FAILURES_BEFORE_REST):
        step = min(max(failures - FAILURES_BEFORE_REST, 0), len(PROBE_WAITS) - 1)
        rest = max(rest, PROBE_WAITS[step] * (1 + JITTER * jitter))
    return replace(
        state,
        failures=failures,
        failing_since=state.failing_since or now,
        open_until=now + rest if rest else None,
        paused=state.paused or result.outcome is Outcome.GONE,
        reason=result.reason,
    )


def next_send_time(now: datetime, rate: float | None) -> datetime | None:
    """Return when the next message may follow one that is sent `now`, at `rate` messages a second; None without a limit."""
    return None if rate is None else now + timedelta(seconds=1 / rate)


def quiet_until(now: datetime, *, start: time, end: time, zone: str, days: tuple[str, ...]) -> datetime | None:
    """Return when the quiet hours that `now` falls into end; None outside them.

    `start` and `end` are wall-clock times of `zone`; a period that runs over midnight belongs to the day it begins on. Equal times
    mean the whole day.
    """
    local = now.astimezone(ZoneInfo(zone))
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        starts = datetime.combine(day, start, local.tzinfo)
        ends = datetime.combine(day + timedelta(days=1) if end <= start else day, end, local.tzinfo)
        if _WEEKDAYS[day.weekday()] in days and starts.astimezone(UTC) <= now < ends.astimezone(UTC):
            return ends.astimezone(UTC)
    return None


def digest_window(now: datetime, every: timedelta) -> tuple[datetime, datetime]:
    """Return the regular interval that `now` falls into, counted from midnight UTC of a fixed day; its alerts are sent at its end."""
    epoch = datetime(2024, 1, 1, tzinfo=UTC)
    start = epoch + (now - epoch) // every * every
    return start, start + every
