"""Decide whether an entry of a feed is news, or archive that raises no alert: pure functions of dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SHOWN_FOR = timedelta(days=1)
"""How long the health of a feed says what its first fetch has left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeLimits:
    """How old an entry may be by its own date: `backfill` at a feed's first fetch with entries, `max_age` later."""

    backfill: timedelta
    max_age: timedelta


def is_news(published_at: datetime | None, *, first: bool, now: datetime, limits: AgeLimits) -> bool:
    """Return whether an entry with this date may raise alerts. Without a date it may, except at the `first` fetch with entries."""
    if published_at is None:
        return not first
    return published_at >= now - (limits.backfill if first else limits.max_age)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFetch:
    """What a feed's first fetch with entries held without a date: `undated` entries, and `ahead` ones dated more than a day ahead."""

    at: datetime
    undated: int = 0
    ahead: int = 0

    def remark(self, now: datetime) -> str | None:
        """Return the sentence for the health of the feed, for a day; None where nothing is to be said."""
        if now - self.at >= SHOWN_FOR or not (self.undated or self.ahead):
            return None
        kinds = [(self.undated, "without a date"), (self.ahead, "dated in the future")]
        told = " and ".join(f"{count} {'entry' if count == 1 else 'entries'} {what}" for count, what in kinds if count)
        return f"first fetch: {told} {'raises' if self.undated + self.ahead == 1 else 'raise'} no alerts"
