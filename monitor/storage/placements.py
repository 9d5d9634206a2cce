"""Store where the statements of a batch were placed: stories, the index and relations, each in one statement for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, update

from monitor.domain.article import Article
from monitor.domain.ids import StoryId
from monitor.domain.relation import Relation
from monitor.storage import relations, statements
from monitor.storage.tables import articles, stories


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedStatement:
    """A statement to be indexed with its article's story. `relation` is None for a later revision, which stays where it was.

    `begins`: the article is the first of the story.
    """

    article: Article
    story_id: StoryId
    begins: bool
    relation: Relation | None
    indexed: statements.IndexedStatement


def save(connection: Connection, placed: Sequence[PlacedStatement], profiles: Mapping[StoryId, bytes], *, now: datetime) -> None:
    """Store these statements, oldest first, and what their stories say together, in the caller's transaction, which holds the lock on stories."""
    new = [one for one in placed if one.relation is not None]
    _begin(connection, [one for one in new if one.begins], now)
    _grow(connection, [one for one in new if not one.begins])
    if profiles:
        rows = [{"of_story": story_id, "profile": profile} for story_id, profile in profiles.items()]
        connection.execute(_SAVE_PROFILE, rows)
    if new:
        connection.execute(_PLACE, [{"of_article": one.article.id, "story_id": one.story_id} for one in new])
    statements.index(connection, [one.indexed for one in placed], again=[one.article.id for one in placed if one.relation is None])
    related = [(one.article.id, one.story_id, one.relation) for one in new if one.relation is not None]
    relations.add_all(connection, related, now=now)


def _begin(connection: Connection, first: Collection[PlacedStatement], now: datetime) -> None:
    rows = [
        {
            "id": one.story_id,
            "title": one.article.title,
            "created_at": now,
            "last_article_at": one.article.fetched_at,
            "articles": 1,
        }
        for one in first
    ]
    if rows:
        connection.execute(_BEGIN, rows)


def _grow(connection: Connection, joined: Collection[PlacedStatement]) -> None:
    rows = [{"of_story": one.story_id, "at": one.article.fetched_at} for one in joined]
    if rows:
        connection.execute(_GROW, rows)


_BEGIN = stories.insert()
_PLACE = update(articles).where(articles.c.id == bindparam("of_article")).values(story_id=bindparam("story_id"))
_GROW = (
    update(stories)
    .where(stories.c.id == bindparam("of_story"))
    .values(
        articles=stories.c.articles + 1,
        last_article_at=case((stories.c.last_article_at < bindparam("at"), bindparam("at")), else_=stories.c.last_article_at),
    )
)
_SAVE_PROFILE = update(stories).where(stories.c.id == bindparam("of_story")).values(profile=bindparam("profile"))
