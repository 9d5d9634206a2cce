"""A story: the articles that tell of one event, so that its reader is woken once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.ids import ArticleId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRules:
    """What makes two articles one story (`stories:` in the configuration).

    `window` runs from a story's last article; within it a copy joins. `same_event` also joins reports of the same event in other words,
    as long as they were published within `same_event_window` of one another.
    """

    window: timedelta = timedelta(hours=72)
    same_event: bool = True
    same_event_window: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One place where a story was read: an article, or another appearance of it. `seen_at` is when we first saw it there."""

    article_id: ArticleId
    title: str
    source: str
    url: str | None
    published_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as it is listed. `articles` counts its members (each outlet and URL once), `sources` names them, earliest first."""

    id: StoryId
    title: str
    created_at: datetime
    last_article_at: datetime
    articles: int
    sources: tuple[str, ...]
    merged_into: StoryId | None = None
