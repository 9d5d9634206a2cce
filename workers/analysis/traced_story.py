"""A story with all that is known of it: each statement with its relation and evidence, its alerts, and the stories it may be one with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.times import rfc3339
from monitor.records import alert_record, relation_record, story_record
from monitor.storage import alerts, articles, attempts, messages, relations, splits, stories
from monitor.storage.alerts import AlertFilter, StoredAlert
from monitor.storage.engine import Connection

MAX_STATEMENTS = 1000


def traced_story(connection: Connection, wanted: StoryId, now: datetime) -> dict[str, Any] | None:
    """Return the record of a story with `merged_from statements alerts maybe split_from`; None if there is none.

    A story that was merged into another is returned as that one. `statements` are in the order in which they were fetched.
    """
    story_id = messages.current_story(connection, wanted)
    story = stories.get(connection, story_id)
    if story is None:
        return None
    inside = stories.articles_of(connection, story_id, MAX_STATEMENTS)
    related = related_records(connection, [article.id for article in inside])
    known_as = messages.with_merged(connection, story_id)
    found = alerts.listing(connection, AlertFilter(stories=known_as), limit=MAX_STATEMENTS)
    maybe = {one["maybe"]["id"]: one["maybe"] for one in related.values() if one["maybe"] and one["maybe"]["id"] != story_id}
    return {
        **story_record(story, now),
        "merged_from": list(known_as[1:]),
        "statements": [statement_record(article, related.get(article.id)) for article in inside],
        "alerts": [traced_alert(connection, one, now) for one in reversed(found)],
        "maybe": list(maybe.values()),
        "split_from": [_named(connection, other) for other in splits.of_story(connection, story_id)],
    }


def statement_record(article: Article, relation: dict[str, Any] | None) -> dict[str, Any]:
    """Return `id title url source published_at fetched_at relation` of an article."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "published_at": rfc3339(article.published_at),
        "fetched_at": rfc3339(article.fetched_at),
        "relation": relation,
    }


def related_records(connection: Connection, ids: Sequence[ArticleId]) -> dict[ArticleId, dict[str, Any]]:
    """Return the relations of articles, with the `nearest` article and the story of `maybe` as records: `id source title`, `id title`."""
    found = relations.of_articles(connection, ids)
    near = articles.load(connection, [one.relation.nearest for one in found.values() if one.relation.nearest])
    nearest = {one.id: {"id": one.id, "source": one.source, "title": one.title} for one in near}
    records = {}
    for article_id, stored in found.items():
        record, relation = relation_record(stored), stored.relation
        gone = {"id": relation.nearest, "source": None, "title": None}
        record["nearest"] = nearest.get(relation.nearest, gone) if relation.nearest else None
        record["maybe"] = _named(connection, relation.maybe) if relation.maybe else None
        records[article_id] = record
    return records


def traced_alert(connection: Connection, stored: StoredAlert, now: datetime) -> dict[str, Any]:
    """Return the record of an alert; each of its deliveries has the `results` of its attempts."""
    record = alert_record(stored, now)
    for delivery in record["deliveries"]:
        delivery["results"] = [
            {
                "at": rfc3339(one.at),
                "outcome": one.outcome,
                "http_status": one.http_status,
                "duration_s": one.duration_s,
                "answer": one.answer,
            }
            for one in attempts.of(connection, delivery["id"])
        ]
    return record


def _named(connection: Connection, story_id: StoryId) -> dict[str, Any]:
    current = messages.current_story(connection, story_id)
    story = stories.get(connection, current)
    return {"id": current, "title": story.title if story else None}
