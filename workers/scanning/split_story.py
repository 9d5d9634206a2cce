"""Undo a wrong join: move articles out of a story into one of their own, and let what it had kept back be raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.domain.article import Article
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ArticleId, ScanId, StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.storage import articles, messages, relations, scans, splits, statements, stories
from monitor.storage.engine import Connection
from monitor.storage.relations import StoredRelation
from workers.alerts.policy import story_key
from workers.scanning.statement_cache import StatementCache
from workers.stories.serialization import pack_profile
from workers.stories.story_profile import StoryProfile

BY_HAND = "split by hand"
_PROFILED = 500
"""Statements of a story, the newest, from which its profile is rebuilt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A new story `story_id` with the articles that were moved out of `from_story`. `scans` are the outbox rows to relay."""

    story_id: StoryId
    from_story: StoryId
    article_ids: tuple[ArticleId, ...]
    scans: tuple[ScanId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSplit:
    """Nothing was changed, and why. `unknown`: there is no such article or story."""

    reason: str
    unknown: bool = False


def split_record(done: Split) -> dict[str, Any]:
    """Return `story_id from_story articles` of a split."""
    return {"story_id": done.story_id, "from_story": done.from_story, "articles": list(done.article_ids)}


def split_by_hand(
    connection: Connection, wanted: str, *, now: datetime, within: StoryId | None = None
) -> tuple[Split, ...] | NotSplit:
    """Split an article out of its story, or, given a story, each of its articles that joined it by anything but the same words.

    `within` is the story that the article is expected in. All in the caller's transaction, which must commit before the scans are relayed.
    """
    stories.lock(connection)
    found = articles.load(connection, [ArticleId(wanted)])
    if found:
        return _split_article(connection, found[0], within, now)
    story_id = messages.current_story(connection, StoryId(wanted))
    inside = stories.articles_of(connection, story_id)
    if not inside:
        return NotSplit(reason="there is no such article or story; it may have been deleted by retention", unknown=True)
    related = relations.of_articles(connection, [article.id for article in inside])
    groups = groups_to_split(inside, related)
    if not groups:
        return NotSplit(reason="nothing in this story joined it by a likelihood: its articles have the same words")
    return tuple(_move(connection, group, story_id, related, now) for group in groups)


def _split_article(connection: Connection, article: Article, within: StoryId | None, now: datetime) -> tuple[Split, ...] | NotSplit:
    if article.story_id is None:
        return NotSplit(reason="the article has no story yet: it is still to be scanned")
    if within is not None and messages.current_story(connection, within) != article.story_id:
        return NotSplit(reason=f"the article is not in this story but in {article.story_id}")
    if len(stories.articles_of(connection, article.story_id, limit=2)) == 1:
        return NotSplit(reason="the article is alone in its story already")
    related = relations.of_articles(connection, [article.id])
    return (_move(connection, [article], article.story_id, related, now),)


def groups_to_split(inside: Sequence[Article], related: dict[ArticleId, StoredRelation]) -> tuple[tuple[Article, ...], ...]:
    """Return the articles of a story, oldest first, that are to have stories of their own: those that joined by a likelihood or a merge.

    The first article stays. A copy goes with the article whose words it has.
    """
    leader: dict[ArticleId, ArticleId] = {}
    groups: dict[ArticleId, list[Article]] = {}
    for article in inside[1:]:
        relation = related[article.id].relation if article.id in related else Relation(kind=RelationKind.COPY)
        if relation.kind is not RelationKind.COPY:
            leader[article.id] = article.id
            groups[article.id] = [article]
        elif relation.nearest in leader:
            leader[article.id] = leader[relation.nearest]
            groups[leader[article.id]].append(article)
    return tuple(map(tuple, groups.values()))


def _move(
    connection: Connection, group: Sequence[Article], old: StoryId, related: dict[ArticleId, StoredRelation], now: datetime
) -> Split:
    """Move a group of articles into a new story; have them scanned again, and the others too if alerts have gone with these."""
    ids = tuple(article.id for article in group)
    new = stories.begin(connection, group[0], now=now)
    splits.move_articles(connection, ids, old, new)
    splits.keep_apart(connection, new, old, now=now)
    _store_relations(connection, group, old, new, related, now)
    for story_id in (old, new):
        _rebuild_profile(connection, story_id)
    again = list(group)
    if _move_alerts(connection, ids, old, new):
        again += stories.articles_of(connection, old)
    queued = scans.add(connection, [(article.id, article.revision) for article in again], now)
    return Split(story_id=new, from_story=old, article_ids=ids, scans=tuple(queued.values()))


def _store_relations(
    connection: Connection,
    group: Sequence[Article],
    old: StoryId,
    new: StoryId,
    related: dict[ArticleId, StoredRelation],
    now: datetime,
) -> None:
    first, *copies = group
    before = related[first.id].relation if first.id in related else None
    was = (f"was before: {before.kind} in story {old}", *before.evidence) if before else (f"was before: in story {old}",)
    relations.add(connection, first.id, new, Relation(kind=RelationKind.OTHER, evidence=(BY_HAND, *was)), now=now)
    for copy in copies:
        kept = related[copy.id].relation
        relations.add(connection, copy.id, new, replace(kept, evidence=(*kept.evidence, f"{BY_HAND} with its original")), now=now)


def _rebuild_profile(connection: Connection, story_id: StoryId) -> None:
    cache, profile = StatementCache(), StoryProfile()
    for row in reversed(statements.of_story(connection, story_id, _PROFILED)):
        profile.add(cache.read(row))
    statements.save_profile(connection, story_id, pack_profile(profile) if profile.statements > 1 else None)


def _move_alerts(connection: Connection, ids: Sequence[ArticleId], old: StoryId, new: StoryId) -> bool:
    """Let the alerts that the articles have raised go with them, so that these are not told again; return whether there were any.

    The key under which the term can alert but once for the old story becomes free.
    """
    moved, used = splits.alerts_on(connection, ids, old), set()
    for alert in moved:
        key = alert.dedup_key
        if key == story_key(alert.term, alert.story_id, alert.severity):
            key = story_key(alert.term, new, alert.severity)
            if key in used:
                key = hash_parts("alert", "split", alert.id)
            used.add(key)
        splits.move_alert(connection, alert.id, new, key)
    if moved:
        splits.move_messages(connection, old, new)
    return bool(moved)
