"""Where a canary is held up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.canary import CanaryStage, CanaryState, canary_interval, fault_of_canary

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
EVERY = timedelta(minutes=5)
LONG_AGO = NOW - timedelta(days=1)


def _at(round_id: str, seconds_ago: float) -> CanaryStage:
    return CanaryStage(round_id=round_id, at=NOW - timedelta(seconds=seconds_ago))


@pytest.mark.parametrize(
    ("state", "held_up"),
    [
        (CanaryState(stored=_at("a", 9), scanned=_at("a", 8), received=_at("a", 7)), None),
        (CanaryState(stored=_at("b", 9), scanned=_at("a", 299), received=_at("a", 298)), None),
        (CanaryState(stored=_at("b", 40), scanned=_at("a", 340), received=_at("a", 339)), "not scanned"),
        (CanaryState(stored=_at("b", 40), scanned=_at("b", 39), received=_at("a", 339)), "not delivered"),
        (CanaryState(stored=_at("a", 400), scanned=_at("a", 399), received=_at("a", 398)), "no canary is sent"),
        (CanaryState(), "none was ever sent"),
    ],
)
def test_the_part_is_named(state: CanaryState, held_up: str | None) -> None:
    """All the way, still on its way, or stuck somewhere."""
    fault = fault_of_canary(state, every=EVERY, since=LONG_AGO, now=NOW)
    assert (fault is None) if held_up is None else held_up in (fault or "")


def test_nothing_is_expected_before_anybody_looks() -> None:
    """Just started: the canaries of an earlier run, or none at all, say nothing."""
    assert fault_of_canary(CanaryState(), every=EVERY, since=NOW, now=NOW) is None
    assert fault_of_canary(CanaryState(stored=_at("a", 9000)), every=EVERY, since=NOW, now=NOW) is None


def test_canaries_that_follow_each_other_fast_hide_no_trouble() -> None:
    """The newest is always young, but none has come back for long."""
    state = CanaryState(stored=_at("z", 1), scanned=_at("z", 1), received=_at("a", 60))
    fault = fault_of_canary(state, every=timedelta(seconds=5), since=LONG_AGO, now=NOW)
    assert fault is not None
    assert "not delivered" in fault


def test_as_often_as_a_heartbeat_asks() -> None:
    """Never more than every five seconds, nor less than every five minutes."""
    asked = (None, timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1))
    assert [canary_interval(every).total_seconds() for every in asked] == [300, 5, 60, 300]
