"""How soon people are told what has happened to a story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.ids import StoryId
from monitor.domain.story_message import FollowUp, PostedMessage
from workers.alerts.timing import development_due, growth_due

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)


def message(*, posted: float = 60, edited: float | None = None, developed: float | None = None) -> PostedMessage:
    """A message of so many minutes ago."""

    def ago(minutes: float | None) -> datetime | None:
        return None if minutes is None else NOW - timedelta(minutes=minutes)

    at = NOW - timedelta(minutes=posted)
    return PostedMessage(
        story_id=StoryId("s"),
        reference="r",
        posted_at=at,
        notified_at=at,
        edited_at=ago(edited),
        developed_at=ago(developed),
        facts=(),
    )


@pytest.mark.parametrize(
    ("follow_up", "found", "wait_s"),
    [
        (FollowUp.EDIT, None, 0),
        (FollowUp.EDIT, message(posted=0), 0),
        (FollowUp.EDIT, message(edited=0), 15),
        (FollowUp.EDIT, message(edited=1), 0),
        (FollowUp.REPLY, None, 3600),
        (FollowUp.REPLY, message(posted=10), 3000),
        (FollowUp.REPLY, message(posted=90, edited=10), 3000),
        (FollowUp.REPLY, message(posted=90), 0),
    ],
)
def test_growth(follow_up: FollowUp, found: PostedMessage | None, wait_s: float) -> None:
    """A message is changed at once and then every 15 s at most; mail answers once an hour."""
    assert growth_due(follow_up, found, now=NOW) == timedelta(seconds=wait_s)


@pytest.mark.parametrize(
    ("found", "sending", "wait_m"),
    [
        (None, False, 0),
        (message(posted=1), False, 0),
        (message(developed=4), False, 6),
        (message(developed=11), False, 0),
        (None, True, 10),
    ],
)
def test_developments(found: PostedMessage | None, sending: bool, wait_m: float) -> None:  # noqa: FBT001 - a table
    """The first of a story is told at once, the next ten minutes after it."""
    assert development_due(found, being_sent=sending, now=NOW) == timedelta(minutes=wait_m)
