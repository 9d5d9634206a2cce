"""Decide how soon people are told what has happened to a story. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.domain.story_message import FollowUp, PostedMessage

BETWEEN_EDITS = timedelta(seconds=15)
BETWEEN_REPLIES = timedelta(hours=1)
BETWEEN_DEVELOPMENTS = timedelta(minutes=10)
NOW = timedelta(0)


def growth_due(follow_up: FollowUp, message: PostedMessage | None, *, now: datetime) -> timedelta:
    """Return in what time a message may show that its story has grown.

    It is changed at once the first time and every 15 seconds at most from then on; an answer comes at most once an hour.
    """
    if follow_up is FollowUp.REPLY:
        return BETWEEN_REPLIES if message is None else _left(message.notified_at, message.edited_at, wait=BETWEEN_REPLIES, now=now)
    return NOW if message is None else _left(message.edited_at, wait=BETWEEN_EDITS, now=now)


def development_due(message: PostedMessage | None, *, being_sent: bool, now: datetime) -> timedelta:
    """Return in what time people are told of a development: at once, or 10 minutes after the last one of the story."""
    if being_sent:
        return BETWEEN_DEVELOPMENTS
    return NOW if message is None else _left(message.developed_at, wait=BETWEEN_DEVELOPMENTS, now=now)


def _left(*moments: datetime | None, wait: timedelta, now: datetime) -> timedelta:
    last = max((moment for moment in moments if moment is not None), default=None)
    return NOW if last is None else max(NOW, last + wait - now)
