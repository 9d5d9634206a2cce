"""Store what each statement was to the stories before it, with the evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.storage.chunks import parts
from monitor.storage.dialect import upsert
from monitor.storage.tables import articles, relations


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRelation:
    """The relation of an article's statement, decided at `at`. `relation.story_id` is the story it was put into or began."""

    article_id: ArticleId
    relation: Relation
    at: datetime


def add(connection: Connection, article_id: ArticleId, story_id: StoryId, relation: Relation, *, now: datetime) -> None:
    """Store the relation of an article, in place of that of an earlier revision."""
    add_all(connection, [(article_id, story_id, relation)], now=now)


def add_all(connection: Connection, related: Iterable[tuple[ArticleId, StoryId, Relation]], *, now: datetime) -> None:
    """Store the relations of articles to the stories that they are in."""
    rows = [
        {
            "article_id": article_id,
            "story_id": story_id,
            "kind": relation.kind,
            "nearest": relation.nearest,
            "changes": list(relation.changes),
            "evidence": list(relation.evidence),
            "probability": relation.probability,
            "maybe": relation.maybe,
            "at": now,
        }
        for article_id, story_id, relation in related
    ]
    if rows:
        connection.execute(upsert(connection, relations, changed=_CHANGED), rows)


def of_articles(connection: Connection, ids: Iterable[ArticleId]) -> dict[ArticleId, StoredRelation]:
    """Return the relations of these articles; those without one (related before relations were stored) are left out."""
    return {row.article_id: _stored(row) for row in connection.execute(_OF_ARTICLES, {"ids": list(ids)})}


def _stored(row: Row[Any]) -> StoredRelation:
    relation = Relation(
        kind=RelationKind(row.kind),
        story_id=row.story_id,
        nearest=row.nearest,
        changes=tuple(row.changes),
        evidence=tuple(row.evidence),
        probability=row.probability,
        maybe=row.maybe,
    )
    return StoredRelation(article_id=row.article_id, relation=relation, at=row.at)


def developments(connection: Connection, story_ids: Iterable[StoryId]) -> dict[StoryId, tuple[StoredRelation, ...]]:
    """Return what statements have brought that is new to these stories, oldest first; stories without any are left out."""
    found: dict[StoryId, list[StoredRelation]] = defaultdict(list)
    for some in parts(sorted(set(story_ids))):
        for row in connection.execute(_DEVELOPMENTS, {"ids": some}):
            found[row.present_story].append(_stored(row))
    return {story_id: tuple(sorted(known, key=lambda one: one.at)) for story_id, known in found.items()}


_DEVELOPMENTS = (
    select(relations, articles.c.story_id.label("present_story"))
    .join_from(articles, relations, relations.c.article_id == articles.c.id)
    .where(articles.c.story_id.in_(bindparam("ids", expanding=True)), relations.c.kind == RelationKind.DEVELOPMENT.value)
)
_OF_ARTICLES = select(relations).where(relations.c.article_id.in_(bindparam("ids", expanding=True)))
_CHANGED = ("story_id", "kind", "nearest", "changes", "evidence", "probability", "maybe", "at")
