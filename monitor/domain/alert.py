"""Define alerts, and why they are raised or suppressed."""

from __future__ import annotations

from dataclasses import dataclass
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
    """Why an alert is stored but not sent."""

    COOLDOWN = "cooldown"
    SILENCED = "silenced"


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
    """The part of a stored alert on which the decision about further alerts depends."""

    id: AlertId
    term: str
    severity: Severity
    reason: Reason
    article_id: ArticleId
    created_at: datetime
    suppressed: Suppression | None
