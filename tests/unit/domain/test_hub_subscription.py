"""When a hub is asked, trusted and given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.hub_subscription import (
    LONGEST_LEASE,
    SHORTEST_LEASE,
    HubState,
    HubSubscription,
    asked,
    confirmed,
    denied,
    is_given_up,
    slower_poll,
)

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
ONE = HubSubscription(
    feed_url="https://n.example/",
    token="t",
    hub="https://hub.example/",
    topic="https://n.example/",
    secret="s",
    next_request_at=NOW,
)


def test_a_lease_is_renewed_before_it_ends() -> None:
    """When a third of it is left; a hub cannot make us ask every second, nor never again."""
    active = confirmed(ONE, NOW, 900)
    assert active.next_request_at == NOW + timedelta(seconds=600)
    assert active.is_trusted(NOW + timedelta(seconds=899))
    assert not active.is_trusted(NOW + timedelta(seconds=900))
    assert "has not renewed" in str(active.remark(NOW + timedelta(seconds=901)))
    assert confirmed(ONE, NOW, 0).expires_at == NOW + SHORTEST_LEASE
    assert confirmed(ONE, NOW, 1e12).expires_at == NOW + LONGEST_LEASE


def test_a_hub_that_does_not_confirm_is_asked_at_growing_intervals() -> None:
    """And the health list says what is missing: its word at our address."""
    tried, waits = ONE, []
    for _ in range(12):
        tried = asked(tried, NOW, None)
        assert tried.next_request_at is not None
        waits.append(tried.next_request_at - NOW)
    assert waits[0] == timedelta(minutes=1)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=12)
    assert "reached from outside" in str(tried.remark(NOW))
    assert confirmed(tried, NOW, 900).remark(NOW) is None
    assert "status 500" in str(asked(ONE, NOW, "it answers with status 500").remark(NOW))


def test_a_quiet_hub_is_trusted_no_more() -> None:
    """One entry that only polling has found is enough."""
    quiet = replace(confirmed(ONE, NOW, 900), missed=1)
    assert not quiet.is_trusted(NOW)
    assert "is quiet: an entry came by polling alone" in str(quiet.remark(NOW))


def test_a_refusal_is_told_and_tried_again_later() -> None:
    """In half a day."""
    after = denied(confirmed(ONE, NOW, 900), NOW, "members only")
    assert (after.state, after.next_request_at) == (HubState.REFUSED, NOW + timedelta(hours=12))
    assert "members only" in str(after.remark(NOW))
    assert not after.is_trusted(NOW)


def test_a_hub_that_does_not_let_go_is_left() -> None:
    """After three requests to end the subscription."""
    ending = replace(ONE, state=HubState.ENDING)
    for _ in range(3):
        assert not is_given_up(ending)
        ending = asked(ending, NOW, None)
    assert is_given_up(ending)
    assert ending.remark(NOW) is None


def test_the_safety_net_is_a_fraction_of_the_polls() -> None:
    """Six times as seldom, at most an hour and `polling.max`, and never sooner than planned."""
    day = timedelta(days=1)
    assert slower_poll(NOW + timedelta(minutes=5), NOW, day) == NOW + timedelta(minutes=30)
    assert slower_poll(NOW + timedelta(minutes=20), NOW, day) == NOW + timedelta(hours=1)
    assert slower_poll(NOW + timedelta(hours=3), NOW, day) == NOW + timedelta(hours=3)
    assert slower_poll(NOW + timedelta(minutes=5), NOW, timedelta(minutes=10)) == NOW + timedelta(minutes=10)
