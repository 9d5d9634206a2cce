"""Assign articles to stories, inside the transaction that records their scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.article import Article
from monitor.domain.ids import StoryId
from monitor.settings.model import StoriesSettings
from monitor.storage import sketches, stories
from monitor.storage.engine import Connection, Database
from workers.stories.cluster_events import same_event_merges
from workers.stories.near_duplicates import ArticleFeatures, Candidate, find_copied_story, pack_signature, published_or_fetched_at

MAX_REPORTS = 2000
"""The newest articles that are compared for one event: about a second of CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The story of an article. `joined`: an earlier article is in it, and this one was not."""

    story_id: StoryId
    joined: bool


def assign_story(
    connection: Connection, article: Article, features: ArticleFeatures, *, now: datetime, settings: StoriesSettings
) -> Assignment:
    """Put `article` into its story, or begin one; a later revision stays in the story of the article.

    Two workers that scan two copies at the same time are here one after the other: the lock is held until the transaction ends, so the
    second sees what the first has written.
    """
    stories.lock(connection)
    placed = stories.current(connection, article.id)
    if placed is not None:
        sketches.forget(connection, article.id)
        assignment = Assignment(story_id=placed, joined=False)
    else:
        found = _find(connection, article, features, settings)
        if found is not None:
            stories.join(connection, article, found)
        assignment = Assignment(story_id=found or stories.begin(connection, article, now=now), joined=found is not None)
    sketches.add(
        connection,
        article.id,
        at=article.fetched_at,
        dated=published_or_fetched_at(article),
        data=pack_signature(features.signature),
        keys=features.keys,
    )
    return assignment


def _find(connection: Connection, article: Article, features: ArticleFeatures, settings: StoriesSettings) -> StoryId | None:
    found = sketches.candidates(connection, features.keys, since=article.fetched_at - settings.window)
    candidates = [Candidate(story_id=row.story_id, dated_at=row.dated, packed=row.data) for row in found]
    return find_copied_story(features, published_or_fetched_at(article), candidates, window=settings.window)


def merge_same_event(database: Database, settings: StoriesSettings, *, now: datetime) -> int:
    """Merge stories of the last days about one event in other words; return how many were merged into another.

    Only the merging itself takes the lock, not the comparison. It may run anywhere and at any time.
    """
    if not settings.same_event:
        return 0
    with database.read() as connection:
        reports = stories.reports(connection, now - settings.event_window, limit=MAX_REPORTS)
    merges = same_event_merges(reports, window=settings.event_window)
    if not merges:
        return 0
    with database.write() as connection:
        stories.lock(connection)
        return sum(stories.merge(connection, story_id, into) for story_id, into in merges)
