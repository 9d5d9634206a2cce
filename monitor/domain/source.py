"""How a source of articles is doing, whatever kind of source it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SourceStatus(StrEnum):
    """The health of a source as shown to the operator.

    `new`: not read yet; `silent`: it answers, but has brought nothing new for much longer than is its habit; `paused`: it is due, but its host is
    not asked for a while, since it has said so or has refused us; `broken`: the page answers, but
    its selectors find nothing on it; `gone`: not read any more, since it is
    gone for good.
    """

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    SILENT = "silent"
    PAUSED = "paused"
    BROKEN = "broken"
    GONE = "gone"


UNREADABLE = frozenset({SourceStatus.FAILING, SourceStatus.BROKEN})
"""A source that cannot be read now, and may be again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The health of one source. `kind` is the name of its SourceKind, `url` its address or path.

    `reason` says in a sentence what is wrong or worth knowing, if anything is. `last_success_at` None: it could never be read.
    `interval_s` is the time between two polls where the source is polled. `overdue_after_s` is the longest time without anything new that is its habit,
    `late_p50_s` the median time from an entry's own date until it was read, `late_p95_s` what one in twenty exceeds; None while too little is known.
    `late`: it is clearly more than usual.
    """

    kind: str
    name: str
    url: str
    status: SourceStatus
    reason: str | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    next_poll_at: datetime | None = None
    interval_s: float | None = None
    articles: int = 0
    overdue_after_s: float | None = None
    late_p50_s: float | None = None
    late_p95_s: float | None = None
    late: bool = False

    @property
    def failing(self) -> bool:
        """Whether it cannot be read now."""
        return self.status in {*UNREADABLE, SourceStatus.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGroup:
    """The sources of one kind: how many are configured, and those that are failing, silent or read late."""

    kind: str
    plural: str
    configured: int
    failing: Sequence[SourceHealth]
