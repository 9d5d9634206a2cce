"""What the operator is told about monitoring itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.channel_state import ChannelState
from monitor.domain.incidents import FailingFeed, HealthSnapshot, Incident, Thresholds, news, open_incidents

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATIENCE = Thresholds(feed=24 * HOUR, channel=HOUR, queue=timedelta(minutes=10))


def _sick(name: str, hours: float | None) -> FailingFeed:
    return FailingFeed(name=name, reason="HTTP 500", last_success_at=None if hours is None else NOW - hours * HOUR)


def _subjects(
    *,
    feeds: int = 9,
    failing: tuple[FailingFeed, ...] = (),
    channels: dict[str, ChannelState] | None = None,
    waiting_min: float | None = None,
) -> list[str]:
    oldest = None if waiting_min is None else NOW - timedelta(minutes=waiting_min)
    health_snapshot = HealthSnapshot(feeds=feeds, failing=failing, channels=channels or {}, oldest_unscanned_at=oldest)
    return [one.subject for one in open_incidents(health_snapshot, PATIENCE, NOW)]


def test_all_well_is_no_news() -> None:
    """Feeds that fail for a little while and channels that fail now and then are nobody's concern."""
    assert _subjects(failing=(_sick("a", 3), _sick("never worked", None)), channels={"desk": ChannelState()}, waiting_min=9) == []


def test_a_feed_that_has_been_dead_for_long() -> None:
    """After a day the operator hears of it."""
    assert _subjects(failing=(_sick("a", 25), _sick("b", 23))) == ["feed a"]


def test_no_feed_at_all_is_one_trouble() -> None:
    """Our own line is down: one message, not one per feed, and soon."""
    assert _subjects(feeds=2, failing=(_sick("a", 0.5), _sick("b", 30))) == ["feeds"]
    assert _subjects(feeds=2, failing=(_sick("a", 0.1), _sick("b", 30))) == ["feed b"]


def test_a_queue_that_does_not_move() -> None:
    """Articles that wait for ten minutes mean that no worker works."""
    assert _subjects(waiting_min=10) == ["queue"]


def test_a_channel_that_fails() -> None:
    """After an hour of failures, or at once when its receiver is gone for good."""
    states = {
        "long": ChannelState(failing_since=NOW - HOUR),
        "short": ChannelState(failing_since=NOW - HOUR / 2),
        "gone": ChannelState(failing_since=NOW, paused=True),
    }
    assert _subjects(channels=states) == ["channel long", "channel gone"]


def test_each_trouble_is_told_once_and_its_end_too() -> None:
    """What is known is not repeated; what is over is told."""
    old, new = (Incident(subject=name, problem="p", since=NOW) for name in ("old", "new"))
    assert news({}, [old, new]) == ((old, new), ())
    assert news({"old": old}, [old, new]) == ((new,), ())
    assert news({"old": old}, [new]) == ((new,), (old,))
