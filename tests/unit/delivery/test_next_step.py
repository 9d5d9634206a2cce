"""What becomes of a delivery and its channel after each kind of answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.channel_state import ChannelState, state_after
from monitor.domain.delivery import AttemptResult, DeliveryStatus, Outcome, outcome_of_status, update_after

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _result(status: int | None, wait: timedelta | None = None) -> AttemptResult:
    outcome = Outcome.FAILED if status is None else outcome_of_status(status)
    return AttemptResult(outcome=outcome, at=NOW, http_status=status, reason="why", retry_after=wait)


@pytest.mark.parametrize(
    ("status", "wait_s", "expected", "after_s"),
    [
        (200, None, "delivered", None),
        (202, None, "delivered", None),
        (204, None, "delivered", None),
        (301, None, "pending", 0),
        (302, None, "pending", 0),
        (308, None, "pending", 0),
        (400, None, "dead", None),
        (401, None, "pending", 0),
        (403, None, "pending", 0),
        (404, None, "pending", 0),
        (408, None, "pending", 0),
        (410, None, "pending", 0),
        (413, None, "dead", None),
        (422, None, "dead", None),
        (425, None, "pending", 0),
        (429, None, "pending", 0),
        (429, 120, "pending", 120),
        (500, None, "pending", 0),
        (502, None, "pending", 0),
        (503, 30, "pending", 30),
        (504, None, "pending", 0),
        (None, None, "pending", 0),
    ],
)
def test_first_answer(status: int | None, wait_s: int | None, expected: str, after_s: int | None) -> None:
    """Accepted, refused for good, or tried again at once and never before the receiver asks for it."""
    wait = None if wait_s is None else timedelta(seconds=wait_s)
    step = update_after(_result(status, wait), attempts=1, first_attempt_at=NOW, now=NOW, jitter=0.0)
    due = None if after_s is None else NOW + timedelta(seconds=after_s)
    assert (step.status, step.next_attempt_at) == (DeliveryStatus(expected), due)
    assert step.error == (None if expected == "delivered" else "why")


def test_the_schedule_is_the_one_in_the_contract() -> None:
    """At once, 5 s, 30 s, 2 min, 10 min, 30 min, then hourly; a last try at 24 hours; then a dead letter."""
    now, times = NOW, []
    for attempt in range(1, 100):
        step = update_after(_result(503), attempts=attempt, first_attempt_at=NOW, now=now, jitter=0.0)
        if step.next_attempt_at is None:
            break
        times.append((step.next_attempt_at - now).total_seconds())
        now = step.next_attempt_at
    assert times[:8] == [0, 5, 30, 120, 600, 1800, 3600, 3600]
    assert now == NOW + 24 * HOUR
    assert len(times) == 6 + 24
    assert step.status is DeliveryStatus.DEAD


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True), st.integers(0, 10**6), st.integers(0, 90_000))
def test_a_wait_is_never_shorter_than_asked_nor_longer_than_the_end(
    attempt: int, jitter: float, asked_s: int, passed_s: int
) -> None:
    """Jitter only delays, Retry-After is a floor, and nothing is planned beyond 24 hours after the first attempt."""
    now = NOW + timedelta(seconds=passed_s)
    asked = timedelta(seconds=asked_s)
    step = update_after(_result(503, asked), attempts=attempt, first_attempt_at=NOW, now=now, jitter=jitter)
    if passed_s >= 86_400:
        assert step.status is DeliveryStatus.DEAD
    else:
        assert step.next_attempt_at is not None
        assert step.next_attempt_at <= NOW + 24 * HOUR
        assert step.next_attempt_at >= min(now + asked, NOW + 24 * HOUR)
        assert step.next_attempt_at <= now + max(asked, 1.2 * HOUR)


def test_the_breaker_opens_at_the_fifth_failure_and_closes_at_the_first_success() -> None:
    """Five failures in a row rest the channel, longer each time up to two minutes; one success forgets them."""
    state, rests = ChannelState(), []
    for _ in range(12):
        state = state_after(state, _result(503), now=NOW, jitter=0.0)
        rests.append(0 if state.open_until is None else (state.open_until - NOW).total_seconds())
    assert rests == [0, 0, 0, 0, 5, 15, 30, 60, 120, 120, 120, 120]
    assert state.probing
    assert state.failing_since == NOW
    assert state_after(state, _result(204), now=NOW, jitter=0.0) == ChannelState()
    assert state_after(state, _result(400), now=NOW, jitter=0.0) == ChannelState()


def test_a_receiver_that_hangs_up_without_an_answer_is_soon_left_alone() -> None:
    """What it was sent may have arrived: after the second time in a row each further one waits, as a test of a dead receiver does."""
    state, rests = ChannelState(), []
    for _ in range(8):
        state = state_after(state, replace(_result(None), unanswered=True), now=NOW, jitter=0.0)
        rests.append(0 if state.open_until is None else (state.open_until - NOW).total_seconds())
    assert rests == [0, 5, 5, 5, 5, 15, 30, 60]
    refused = state_after(state_after(ChannelState(), _result(503), now=NOW, jitter=0.0), _result(503), now=NOW, jitter=0.0)
    assert refused.open_until is None


def test_retry_after_rests_the_whole_channel() -> None:
    """What a receiver asks for one alert holds for all of them, below and above the breaker's own rest."""
    asked = timedelta(seconds=90)
    assert state_after(ChannelState(), _result(429, asked), now=NOW, jitter=0.0).open_until == NOW + asked
    assert state_after(ChannelState(failures=20), _result(429, asked), now=NOW, jitter=0.0).open_until == NOW + timedelta(
        seconds=120
    )


def test_410_pauses_the_channel() -> None:
    """A receiver that is gone for good is not asked again, whatever comes after."""
    state = state_after(ChannelState(), _result(410), now=NOW, jitter=0.0)
    assert state.paused
    assert state.reason == "why"
    assert state_after(state, _result(503), now=NOW, jitter=0.0).paused
