"""Define alerts, and why they are raised or suppressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.domain.ids import AlertId, ArticleId, StoryId
from monitor.domain.watch import Severity, TermKind


class Reason(StrEnum):
    """Why an alert was raised: a new article, an edit that made the term match, or an article that joined the story (`repeat: update`)."""

    NEW = "new"
    UPDATED = "updated"
    JOINED = "joined"


class Suppression(StrEnum):
    """Why an alert is held back: stored, and told later in a report."""

    COOLDOWN = "cooldown"
    SILENCED = "silenced"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why an alert is held back and until when; `until` None: until an open-ended silence is lifted.

    `earliest` is the end of the cooldown or of the budget's hour: whatever becomes of a silence, nothing is told before.
    """

    reason: Suppression
    until: datetime | None
    earliest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldState:
    """How far an alert that was held back has come: `reported_at` is when its report was made, None while it is held."""

    until: datetime | None
    reported_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    """An alert that is held back, with what a report says of it. `story_id` is its story as it is now, after merges.

    `reason` is why it was raised; `hold` says why it is held. `withdrawn`: its article no longer says what raised it. `facts` are what its story
    has brought since; `links` are the pages on it.
    """

    id: AlertId
    hold: Hold
    term: str
    severity: Severity
    tags: tuple[str, ...]
    title: str
    url: str | None
    source: str
    article_id: ArticleId
    story_id: StoryId | None
    created_at: datetime
    reason: Reason = Reason.NEW
    withdrawn: bool = False
    facts: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """A story that was told on a channel, by an alert on `article_id` that was raised `at`, or by what it has brought to the story (`developed`)."""

    story_id: StoryId
    channel: str
    article_id: ArticleId
    at: datetime
    developed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A raised alert. `data` is the `data` object of its webhook, frozen when it was raised, so that every attempt sends the same bytes.

    `dedup_key`, 32 bytes, is unique over all alerts: what may be raised only once has only one key.
    """

    id: AlertId
    dedup_key: bytes
    term: str
    kind: TermKind
    severity: Severity
    tags: tuple[str, ...]
    reason: Reason
    article_id: ArticleId
    revision: int
    story_id: StoryId | None
    created_at: datetime
    suppressed: Suppression | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAlert:
    """The part of a stored alert on which the decision about further alerts depends, and whom they are told to."""

    id: AlertId
    term: str
    severity: Severity
    reason: Reason
    article_id: ArticleId
    created_at: datetime
    suppressed: Suppression | None
    tags: tuple[str, ...] = ()
