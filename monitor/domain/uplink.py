"""Tell our own connection being away from hosts being away: pure functions of the polls that failed in a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

AWAY = "nothing can be reached at the moment: our own connection seems to be away"
"""The reason of a feed that failed meanwhile begins so."""

LEAST_FAILED = 3
"""So many feeds that worked before must fail one after the other, with no other answering in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """Which feeds have failed since any host last answered, all of them at the network; `since` is when the first of them did."""

    failed: frozenset[str] = field(default_factory=frozenset)
    since: datetime | None = None

    @property
    def is_away(self) -> bool:
        """Whether our own connection is the likely fault. While it is, one feed in turn is polled, so that an error is soon noticed."""
        return len(self.failed) >= LEAST_FAILED

    def after(self, feed: str, *, reached: bool, worked_before: bool, now: datetime) -> Uplink:
        """Return the state after a poll of `feed`, which `reached` its host or not. A feed that was failing anyway shows nothing."""
        if reached:
            return _NO_FAILURES if self.failed else self
        if not worked_before or feed in self.failed:
            return self
        return Uplink(failed=self.failed | {feed}, since=self.since or now)


_NO_FAILURES = Uplink()
