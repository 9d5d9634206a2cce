"""A burst as it is stored and told: a series that is suddenly in many more stories than usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.domain.times import rfc3339


class SeriesKind(StrEnum):
    """What is counted: the stories of a watch term, or those that name an entity."""

    TERM = "term"
    ENTITY = "entity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Something that stories are about, by its name."""

    kind: SeriesKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStory:
    """A story that has come to a series, and when."""

    series: Series
    story_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBurst:
    """A burst. `stories` of the last `hours` were found where `usual` are; `peak` is the most in an hour. `shown` is the peak that messages show, since `shown_at`."""

    id: str
    series: Series
    started_at: datetime
    hours: int
    stories: int
    usual: float
    score: float
    peak: int
    peak_at: datetime
    shown: int
    shown_at: datetime
    ended_at: datetime | None = None

    @property
    def rise(self) -> float:
        """How many times as many as usual."""
        return self.stories / max(self.usual, 0.01)


def burst_record(burst: StoredBurst) -> dict[str, Any]:
    """Return `id kind name started_at ended_at hours stories usual rise score peak peak_at` of a burst."""
    return {
        "id": burst.id,
        "kind": burst.series.kind,
        "name": burst.series.name,
        "started_at": rfc3339(burst.started_at),
        "ended_at": rfc3339(burst.ended_at),
        "hours": burst.hours,
        "stories": burst.stories,
        "usual": round(burst.usual, 2),
        "rise": round(burst.rise, 1),
        "score": round(burst.score, 1),
        "peak": burst.peak,
        "peak_at": rfc3339(burst.peak_at),
    }
