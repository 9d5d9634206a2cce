"""Decide the next state of a feed after a poll that failed, and what a poll says of its host: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain import cadence
from monitor.domain.cadence import IntervalLimits
from monitor.domain.feed import FeedForPoll, FeedUpdate, HostUpdate
from monitor.domain.retry import wait_asked_for
from monitor.domain.source import SourceStatus
from monitor.fetching.outcome import FetchFailure, Problem

CONFIRMATIONS = 3
"""So many polls in a row must be redirected to the same new address before it is used."""

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
_WHOLE_HOST = 2
"""So many addresses of a host must refuse us in a row before all of it has a pause."""
_SPENT = "by its rate headers it allows no request before"
_WEIGHTS = {
    **dict.fromkeys(
        (Problem.TOO_FAST, Problem.FORBIDDEN, Problem.NOT_FOUND, Problem.SERVER_ERROR, Problem.TIMEOUT, Problem.NO_MATCH), 0.5
    ),
    Problem.DNS_TEMPORARY: 0.25,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What bounds the decision: the limits of the interval, a random number in [0, 1), and whether the feed's host is in our own network."""

    limits: IntervalLimits
    jitter: float
    internal: bool = False


def poll_address(feed: FeedForPoll) -> str:
    """Return the URL to ask: the configured one, or the one to which it has been moved often enough."""
    state = feed.state
    return state.moved_to if state.moved_to is not None and state.moves_seen >= CONFIRMATIONS else feed.url


def failed(feed: FeedForPoll, failure: FetchFailure, now: datetime, plan: Plan) -> FeedUpdate:
    """Return the state after a poll without a usable answer."""
    before = feed.state
    elsewhere = poll_address(feed) != feed.url
    status = SourceStatus.BROKEN if failure.problem is Problem.NO_MATCH else SourceStatus.FAILING
    state = replace(before, status=status, reason=failure.reason, last_polled_at=now)
    if elsewhere:
        state = replace(state, moved_to=None, moves_seen=0)
    if failure.problem is Problem.GONE and not elsewhere:
        return FeedUpdate(state=replace(state, status=SourceStatus.GONE, next_poll_at=None), host=host_recovered(feed))
    failures = before.failures + _WEIGHTS.get(failure.problem, 1.0)
    wait = timedelta(seconds=cadence.wait_after_failure(before.interval_s, failures, plan.limits))
    state = replace(state, failures=failures)
    later = now + wait * (1 + 0.1 * plan.jitter)
    if failure.problem is Problem.FORBIDDEN and failure.retry_at is None:
        return FeedUpdate(state=replace(state, next_poll_at=later), host=None if plan.internal else _refused(feed, failure, now))
    if failure.problem is not Problem.TOO_FAST and failure.retry_at is None:
        return FeedUpdate(state=replace(state, next_poll_at=later))
    until = failure.retry_at if failure.retry_at is not None else now + _pause(feed.refusals)
    host = (
        None if plan.internal else HostUpdate(host=feed.host, refusals=feed.refusals + 1, paused_until=until, reason=failure.reason)
    )
    told = failure.retry_at is not None and failure.status == 429
    return FeedUpdate(state=replace(state, next_poll_at=until if told else max(until, now + wait)), host=host)


def _refused(feed: FeedForPoll, failure: FetchFailure, now: datetime) -> HostUpdate | None:
    """Return what a refused address says of its host: nothing for one alone; the second in a row is the host, which then has a pause."""
    if feed.refusals < _WHOLE_HOST and feed.state.status is SourceStatus.FAILING:
        return None
    refusals = feed.refusals + 1
    until = now + _pause(refusals - _WHOLE_HOST) if refusals >= _WHOLE_HOST else None
    return HostUpdate(
        host=feed.host, refusals=refusals, paused_until=until, reason=f"{failure.reason}, at several addresses in a row"
    )


def _pause(refusals: int) -> timedelta:
    """Return how long not to ask a host that has refused us so often before, without saying for how long."""
    return min(timedelta(seconds=FIRST_PAUSE.total_seconds() * 2.0 ** min(refusals, 20)), LONGEST_PAUSE)


def host_recovered(feed: FeedForPoll) -> HostUpdate | None:
    """Return what a good answer says of its host: it refuses us no longer."""
    return HostUpdate(host=feed.host, refusals=0, paused_until=None) if feed.refusals else None


def with_told_wait(feed: FeedForPoll, update: FeedUpdate, headers: Mapping[str, str], now: datetime, plan: Plan) -> FeedUpdate:
    """Return the update of a good poll with the wait that the rate headers of its answer tell: for the host, unless it is our own."""
    headers = {name: value for name, value in headers.items() if "ratelimit" in name or "rate-limit" in name}
    wait = wait_asked_for(headers, now, refused=False) if headers else None
    if wait is None:
        return update
    state, until = update.state, now + wait
    state = replace(state, next_poll_at=max(until, state.next_poll_at or until))
    host = update.host if plan.internal else HostUpdate(host=feed.host, refusals=0, paused_until=until, reason=_SPENT)
    return FeedUpdate(state=state, host=host)
