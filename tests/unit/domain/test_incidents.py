"""What the operator is told about monitoring itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.channel_state import ChannelState
from monitor.domain.incidents import HealthSnapshot, Incident, Thresholds, changes, open_incidents
from monitor.domain.source import SourceGroup, SourceHealth, SourceStatus

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
THRESHOLDS = Thresholds(source=24 * HOUR, channel=HOUR, queue=timedelta(minutes=10))


def _failing(name: str, hours: float | None, kind: str = "feed") -> SourceHealth:
    last = None if hours is None else NOW - hours * HOUR
    return SourceHealth(kind=kind, name=name, url=name, status=SourceStatus.FAILING, reason="HTTP 500", last_success_at=last)


def _subjects(
    *,
    feeds: int = 9,
    failing: tuple[SourceHealth, ...] = (),
    folders: tuple[SourceHealth, ...] = (),
    channels: dict[str, ChannelState] | None = None,
    waiting_min: float | None = None,
) -> list[str]:
    oldest = None if waiting_min is None else NOW - timedelta(minutes=waiting_min)
    groups = (
        SourceGroup(kind="feed", plural="feeds", configured=feeds, failing=failing),
        SourceGroup(kind="folder", plural="folders", configured=2, failing=folders),
    )
    snapshot = HealthSnapshot(sources=groups, channels=channels or {}, oldest_unscanned_at=oldest)
    return [incident.subject for incident in open_incidents(snapshot, THRESHOLDS, NOW)]


def test_all_well_is_no_news() -> None:
    """Feeds that fail for a little while and channels that fail now and then are nobody's concern."""
    assert (
        _subjects(failing=(_failing("a", 3), _failing("never worked", None)), channels={"desk": ChannelState()}, waiting_min=9)
        == []
    )


def test_a_feed_that_has_been_dead_for_long() -> None:
    """After a day the operator hears of it."""
    assert _subjects(failing=(_failing("a", 25), _failing("b", 23))) == ["feed a"]


def test_no_feed_at_all_is_one_trouble() -> None:
    """Our own line is down: one message, not one per feed, and soon."""
    assert _subjects(feeds=2, failing=(_failing("a", 0.5), _failing("b", 30))) == ["feeds"]
    assert _subjects(feeds=2, failing=(_failing("a", 0.1), _failing("b", 30))) == ["feed b"]


def test_sources_of_other_kinds_are_judged_alike() -> None:
    """A folder that is missing for a day is told of; that no folder is there says nothing about feeds."""
    assert _subjects(folders=(_failing("in", 25, "folder"),)) == ["folder in"]
    missing = (_failing("in", 0.5, "folder"), _failing("out", 0.5, "folder"))
    assert _subjects(folders=missing, failing=(_failing("a", 25),)) == ["feed a", "folders"]


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
    assert changes({}, [old, new]) == ((old, new), ())
    assert changes({"old": old}, [old, new]) == ((new,), ())
    assert changes({"old": old}, [new]) == ((new,), (old,))


def test_what_follows_from_another_trouble_is_not_told() -> None:
    """Without a database nothing else can be known: one notice, not one for each part."""
    since = NOW - timedelta(seconds=20)
    parts = dict.fromkeys(("canary", "workers", "database", "scheduler"), ("does not work", since))
    snapshot = HealthSnapshot(sources=(), channels={}, oldest_unscanned_at=NOW - HOUR, parts=parts)
    (found,) = open_incidents(snapshot, THRESHOLDS, NOW)
    assert found.subject == "database"
    old = Incident(subject="workers", problem="p", since=since)
    assert changes({"workers": old}, [found]) == ((found,), ())


def test_a_part_that_fails_for_a_moment_is_not_told() -> None:
    """Nor is it told that it works again while it does not, as after a start in the middle of a trouble."""
    snapshot = HealthSnapshot(sources=(), channels={}, oldest_unscanned_at=None, parts={"redis": ("away", NOW)})
    assert open_incidents(snapshot, THRESHOLDS, NOW) == ()
    known = {"redis": Incident(subject="redis", problem="away", since=NOW - HOUR)}
    assert changes(known, (), failing={"redis"}) == ((), ())


def test_a_silent_source_is_told_at_once() -> None:
    """Its own habit has been waited for already."""
    silent = SourceHealth(kind="feed", name="a", url="a", status=SourceStatus.SILENT, reason="nothing new", last_success_at=NOW)
    assert _subjects(failing=(silent,)) == ["feed a"]
