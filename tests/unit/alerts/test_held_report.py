"""What a report of held alerts says, in how many messages, under which ids."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.alert import HeldAlert, Hold, Suppression, ToldStory
from monitor.domain.ids import AlertId, ArticleId, StoryId
from monitor.domain.watch import Severity
from workers.alerts.held_report import MAX_BYTES, held_events, report_parts, untold

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def held(number: int, *, story: int | None = None, reason: Suppression = Suppression.COOLDOWN, **changes: object) -> HeldAlert:
    """Alert `number`, of a story of its own unless told otherwise, raised at second `number`."""
    alert = HeldAlert(
        id=AlertId(f"a-{number:04}"),
        hold=Hold(reason=reason, until=NOW + 60 * SECOND, earliest=NOW + 60 * SECOND),
        term="harvest",
        severity=Severity.MEDIUM,
        tags=(),
        title=f"Event {number}",
        url=f"https://news.example.org/{number}",
        source="Example World",
        article_id=ArticleId(f"x-{number}"),
        story_id=StoryId(f"s-{number if story is None else story}"),
        created_at=NOW + number * SECOND,
    )
    return replace(alert, **changes)  # type: ignore[arg-type]


def test_one_line_for_a_story_worst_first() -> None:
    """The terms of a story share a line under its most severe alert; equally severe stories come in the order of time."""
    alerts = [held(1), held(2, severity=Severity.LOW), held(3, story=2, severity=Severity.CRITICAL, term="plague"), held(4)]
    records = [event.record for event in held_events(alerts)]
    assert [(one["title"], one["severity"], one["terms"], one["alerts"]) for one in records] == [
        ("Event 3", "critical", ["plague", "harvest"], 2),
        ("Event 1", "medium", ["harvest"], 1),
        ("Event 4", "medium", ["harvest"], 1),
    ]


def test_what_is_over_a_budget_is_one_line_for_its_source() -> None:
    """However many stories the source had; what else was held keeps lines of its own."""
    flood = [held(number, reason=Suppression.BUDGET) for number in range(5)]
    other = held(5, reason=Suppression.BUDGET, source="Other")
    records = [event.record for event in held_events([*flood, other, held(6)])]
    assert [(one["source"], one["alerts"], one["reason"]) for one in records] == [
        ("Example World", 5, "budget"),
        ("Other", 1, "budget"),
        ("Example World", 1, "cooldown"),
    ]


@pytest.mark.parametrize(
    ("channel", "article", "seconds", "left"),
    [
        ("desk", "other", 1, False),
        ("desk", "other", -1, True),
        ("desk", "other", 0, True),
        ("desk", "x-1", 0, False),
        ("audit", "other", 1, True),
    ],
)
def test_a_story_that_was_told_meanwhile_is_left_out(channel: str, article: str, seconds: int, *, left: bool) -> None:
    """By a later alert on the same channel, or by another term on the same article; what was told before does not count."""
    told = ToldStory(story_id=StoryId("s-1"), channel=channel, article_id=ArticleId(article), at=NOW + (1 + seconds) * SECOND)
    assert bool(untold([held(1)], [told], "desk")) is left


def test_a_report_says_when_it_was_quiet() -> None:
    """From the first alert to the release, with the worst severity of all."""
    (report,) = report_parts("desk", [held(1), held(2, severity=Severity.HIGH)])
    assert report.severity is Severity.HIGH
    assert {key: report.data[key] for key in ("since", "until", "total", "part", "parts")} == {
        "since": "2026-03-01T12:00:01Z",
        "until": "2026-03-01T12:01:00Z",
        "total": 2,
        "part": 1,
        "parts": 1,
    }
    assert report_parts("desk", []) == ()


def test_the_same_report_has_the_same_id() -> None:
    """The id follows from the channel and the alerts, in whatever order they were found."""
    alerts = [held(number) for number in range(20)]
    shuffled = random.Random(1).sample(alerts, len(alerts))
    assert report_parts("desk", alerts) == report_parts("desk", shuffled)
    ids = {
        report.id
        for name, some in (("desk", alerts), ("audit", alerts), ("desk", alerts[1:]))
        for report in report_parts(name, some)
    }
    assert len(ids) == 3
    assert all(len(one) == 36 for one in ids)


@pytest.mark.parametrize(("most", "characters"), [(None, None), (40, 6000), (25, 4096), (100, 13_000), (20, None)])
def test_a_thousand_events_are_all_told(most: int | None, characters: int | None) -> None:
    """In as many messages as it takes, each within the limits, in order."""
    parts = report_parts(
        "desk", [held(number, title=f"Event {number} " + "ü" * 200) for number in range(1000)], most=most, characters=characters
    )
    told = [event["alert"] for part in parts for event in part.data["events"]]
    assert told == [f"a-{number:04}" for number in range(1000)]
    assert [part.data["part"] for part in parts] == list(range(1, len(parts) + 1))
    assert {(part.data["parts"], part.data["total"]) for part in parts} == {(len(parts), 1000)}
    assert len({part.id for part in parts}) == len(parts)
    for part in parts:
        assert most is None or len(part.data["events"]) <= most
        assert sum(len(str(event).encode()) for event in part.data["events"]) <= MAX_BYTES * 1.2


def test_an_event_larger_than_a_message_is_told_alone() -> None:
    """It is cut, not dropped."""
    parts = report_parts(
        "desk", [held(number, url="https://x.example/" + "y" * 1400) for number in range(3)], most=9, characters=1000
    )
    assert [len(part.data["events"]) for part in parts] == [1, 1, 1]


def test_what_a_story_has_brought_while_it_was_held_is_in_its_line() -> None:
    """Each fact once, the newest five; without any there is no such key."""
    told = held(1, facts=("12 → 14 dead", "12 → 14 dead", *(f"fact {number}" for number in range(5))))
    records = [event.record for event in held_events([told, held(2)])]
    assert records[0]["facts"] == [f"fact {number}" for number in range(5)]
    assert "facts" not in records[1]
