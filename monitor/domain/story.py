"""Define stories: the articles about one event, which raise one alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import RelationKind
from monitor.domain.times import rfc3339


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """One place where a story was read: an article, or another appearance of it. `seen_at` is when it was first seen there."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStory:
    """The story of an alert on `article_id`, with every place where it has been read by now. `id` is the story it was merged into, if it was."""

    id: StoryId
    article_id: ArticleId
    members: tuple[StoryMember, ...]


def alert_story_record(
    story_id: StoryId, article_id: ArticleId, members: Sequence[StoryMember], relation: RelationKind | None = None
) -> dict[str, Any]:
    """Return the `story` part of an alert on `article_id`. `also_in` names every other place the story was read, earliest first.

    `relation` is what the article was to the story when the alert was raised.
    """
    first = members[0] if members else None
    own = next((member for member in members if member.article_id == article_id), None)
    return {
        "id": story_id,
        "articles": len(members),
        "sources": list(dict.fromkeys(member.source for member in members)),
        "also_in": [
            {
                "source": member.source,
                "title": member.title,
                "url": member.url,
                "published_at": rfc3339(member.published_at),
                "fetched_at": rfc3339(member.seen_at),
            }
            for member in members
            if member is not own
        ],
        "relation": relation,
        "first": {"source": first.source, "published_at": rfc3339(first.published_at)} if first else None,
    }
