"""Names that articles mention, over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.watch import EntityType


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognizedName:
    """A name with its type, in how many articles and stories it was, and when for the first and the last time."""

    name: str
    type: EntityType
    watched: bool
    articles: int
    stories: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHistory:
    """What is stored of one name: how it was spelled, in how many stories it was on each day, and with which other names."""

    known: RecognizedName
    spellings: tuple[tuple[str, int], ...]
    days: tuple[tuple[date, int], ...]
    together: tuple[tuple[str, int], ...]
