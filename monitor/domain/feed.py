"""Feeds: what is known of one, what a poll needs, what it found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.ids import FeedId


class FeedStatus(StrEnum):
    """The health of a feed as shown to the operator."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The stored state of a feed, as `feeds list` shows it. `reason` says in a sentence what is wrong, if anything is."""

    id: FeedId
    url: str
    name: str
    status: FeedStatus
    reason: str | None
    last_polled_at: datetime | None
    last_success_at: datetime | None
    next_poll_at: datetime | None
    interval_s: float | None
    articles: int
