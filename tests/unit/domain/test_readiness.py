"""Ready, degraded or down, with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.channel_state import ChannelState
from monitor.domain.readiness import HealthFacts, ReadyStatus, judge
from monitor.domain.source import SourceGroup, SourceHealth, SourceStatus

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)


def _group(configured: int, *statuses: SourceStatus) -> SourceGroup:
    found = tuple(SourceHealth(kind="feed", name=f"f{n}", url="u", status=status) for n, status in enumerate(statuses))
    return SourceGroup(kind="feed", plural="feeds", configured=configured, failing=found)


@pytest.mark.parametrize(
    ("facts", "status", "part"),
    [
        (HealthFacts(database="read-only"), ReadyStatus.DOWN, "database"),
        (HealthFacts(idle={"scheduler": "no sign of life"}), ReadyStatus.DOWN, "scheduler"),
        (HealthFacts(idle={"workers": "no sign of life"}), ReadyStatus.DOWN, "workers"),
        (HealthFacts(redis="refuses writes"), ReadyStatus.DEGRADED, "redis"),
        (HealthFacts(configuration="broken"), ReadyStatus.DEGRADED, "configuration"),
        (HealthFacts(canary="late"), ReadyStatus.DEGRADED, "canary"),
        (HealthFacts(disk="nearly full"), ReadyStatus.DEGRADED, "disk"),
        (HealthFacts(sources=(_group(4, SourceStatus.FAILING),)), ReadyStatus.DEGRADED, "sources"),
        (HealthFacts(sources=(_group(4, SourceStatus.SILENT),)), ReadyStatus.DEGRADED, "sources"),
        (HealthFacts(channels={"desk": ChannelState(paused=True)}), ReadyStatus.DEGRADED, "channels"),
        (HealthFacts(oldest_unscanned_at=NOW - timedelta(minutes=5)), ReadyStatus.DEGRADED, "queue"),
    ],
)
def test_each_part(facts: HealthFacts, status: ReadyStatus, part: str) -> None:
    """What stops alerts is down; what needs a person is degraded."""
    readiness = judge(facts, NOW)
    assert readiness.status is status
    assert readiness.degraded[part]


def test_all_well() -> None:
    """Every part is named, and none has a reason."""
    record = judge(HealthFacts(), NOW).record()
    assert record["status"] == "ready"
    assert record["degraded"] == {}
    assert record["parts"]["canary"] == {"ok": True, "reason": None}  # type: ignore[index]


def test_sources_in_words() -> None:
    """How many of how many, and which."""
    assert judge(HealthFacts(sources=(_group(4, SourceStatus.FAILING),)), NOW).parts["sources"] == "1 of 4 feeds cannot be read: f0"
    every = judge(HealthFacts(sources=(_group(2, SourceStatus.FAILING, SourceStatus.GONE),)), NOW).parts["sources"]
    assert every == "none of the 2 feeds can be read: f0, f1"
