"""Define stories: the articles about one event, which raise one alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import RelationKind
from monitor.domain.story_origins import StoryOrigin, is_unconfirmed, second_origin_after, story_origins
from monitor.domain.times import rfc3339

MAX_ORIGIN_NAMES: Final = 20
"""Origins that a record names; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """One place where a story was read: an article, or another appearance of it. `seen_at` is when it was first seen there.

    `owner` is whose the outlet is, `agencies` are those that it credits, `same_words_as` is the article in whose words it is, as far as known.
    """

    article_id: ArticleId
    title: str
    source: str
    url: str | None
    published_at: datetime | None
    seen_at: datetime
    owner: str | None = None
    agencies: tuple[str, ...] = ()
    same_words_as: ArticleId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as it is listed. `articles` counts its members (each outlet and URL once), `sources` names them, earliest first.

    `origins` are those that are independent of each other.
    """

    id: StoryId
    title: str
    created_at: datetime
    last_article_at: datetime
    articles: int
    sources: tuple[str, ...]
    origins: tuple[StoryOrigin, ...] = ()
    merged_into: StoryId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStory:
    """The story of an alert on `article_id`, with every place where it has been read by now. `id` is the story it was merged into, if it was."""

    id: StoryId
    article_id: ArticleId
    members: tuple[StoryMember, ...]

    @property
    def origins(self) -> tuple[StoryOrigin, ...]:
        """The independent origins of the story."""
        return story_origins(self.members)


def alert_story_record(
    story_id: StoryId, article_id: ArticleId, members: Sequence[StoryMember], relation: RelationKind | None = None, *, now: datetime
) -> dict[str, Any]:
    """Return the `story` part of an alert on `article_id`. `also_in` names every other place the story was read, earliest first.

    `relation` is what the article was to the story when the alert was raised. `origins` counts the independent origins, which `origin_names` names;
    `unconfirmed` marks a story that has had a single one for two hours.
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
        **origins_record(story_origins(members), now),
        "relation": relation,
        "first": {"source": first.source, "published_at": rfc3339(first.published_at)} if first else None,
    }


def origins_record(origins: Sequence[StoryOrigin], now: datetime) -> dict[str, Any]:
    """Return `origins origin_names second_origin_after_s unconfirmed` of a story; a story of unknown reports has one origin."""
    after = second_origin_after(origins)
    return {
        "origins": len(origins) or 1,
        "origin_names": [origin.name for origin in origins[:MAX_ORIGIN_NAMES]],
        "second_origin_after_s": None if after is None else round(after.total_seconds(), 1),
        "unconfirmed": is_unconfirmed(origins, now),
    }
