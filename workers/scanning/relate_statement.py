"""Relate statements to the stories of the last days, inside the transaction that records their scans."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.article import Article
from monitor.domain.ids import StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.settings.model import StoriesSettings
from monitor.storage import relations, statements, stories
from monitor.storage.engine import Connection
from workers.scanning.background import ReadStatement
from workers.stories.index_keys import index_keys
from workers.stories.merging import BRIDGE_ODDS, MERGE_STATEMENTS, MergeCandidate, is_same_event
from workers.stories.relate import CandidateStory, relate
from workers.stories.serialization import pack_facts, pack_profile, unpack_facts, unpack_profile
from workers.stories.statement import Statement, dot
from workers.stories.story_profile import StoryProfile

CANDIDATE_STORIES = 5
_CACHED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The story of an article and its relation to it; `relation` is None for a later revision, which stays in its story.

    `joined`: an earlier article is in the story, and this one was not.
    """

    story_id: StoryId
    relation: Relation | None
    joined: bool


class StatementCache:
    """The last statements that were read from the index, since those of a running story are asked for again and again."""

    def __init__(self) -> None:
        self._statements: OrderedDict[int, Statement] = OrderedDict()
        self._profiles: OrderedDict[StoryId, tuple[bytes, StoryProfile]] = OrderedDict()

    def profile(self, story_id: StoryId, packed: bytes) -> StoryProfile:
        """Return a story's profile as it was stored."""
        known = self._profiles.get(story_id)
        if known is None or known[0] != packed:
            known = packed, unpack_profile(packed)
        self.keep_profile(story_id, *known)
        return known[1]

    def keep_profile(self, story_id: StoryId, packed: bytes, profile: StoryProfile) -> None:
        """Remember what `packed` says."""
        self._profiles[story_id] = packed, profile
        self._profiles.move_to_end(story_id)
        if len(self._profiles) > _CACHED:
            self._profiles.popitem(last=False)

    def read(self, stored: statements.StoredStatement) -> Statement:
        """Return the statement of a row of the index."""
        found = self._statements.get(stored.id)
        if found is None or found.text != stored.text:
            facts, weights = unpack_facts(stored.data)
            found = Statement(
                article_id=stored.article_id,
                source=stored.source,
                link=stored.link,
                dated_at=stored.dated_at,
                facts=facts,
                weights=weights,
                title=stored.title,
                text=stored.text,
                story_id=stored.story_id,
            )
        elif found.story_id != stored.story_id:
            found = replace(found, story_id=stored.story_id)
        self._statements[stored.id] = found
        self._statements.move_to_end(stored.id)
        if len(self._statements) > _CACHED:
            self._statements.popitem(last=False)
        return found


def place_statement(
    connection: Connection,
    article: Article,
    read: ReadStatement,
    cache: StatementCache,
    *,
    now: datetime,
    settings: StoriesSettings,
) -> Placement:
    """Put `article` into its story, or begin one; a later revision stays in the story of the article.

    Two workers that scan two copies at the same time are here one after the other: the lock is held until the transaction ends, so the
    second sees what the first has written.
    """
    stories.lock(connection)
    placed = stories.current(connection, article.id)
    if placed is not None:
        statements.forget(connection, article.id)
        store_statement(connection, article, read.statement)
        return Placement(story_id=placed, relation=None, joined=False)
    since, until = read.statement.dated_at - settings.window, read.statement.dated_at + settings.window
    found = statements.candidates(connection, index_keys(read.statement), since=since, until=until)
    near = _candidate_stories(connection, read.statement, found, cache)
    decision = relate(read.statement, near, read.vocabulary.idf, same_event=settings.same_event)
    relation = decision.relation
    story_id = _join_or_begin(connection, article, read.statement, relation, near, cache, now=now)
    store_statement(connection, article, read.statement)
    relations.add(connection, article.id, story_id, relation, now=now)
    if settings.same_event and relation.kind is not RelationKind.COPY:
        alike = [other for other, odds in decision.odds.items() if odds >= BRIDGE_ODDS and other != story_id]
        story_id = _merge(connection, story_id, alike, read.vocabulary.idf, cache)
    return Placement(story_id=story_id, relation=relation, joined=relation.story_id is not None)


def _candidate_stories(
    connection: Connection, new: Statement, rows: Sequence[statements.StoredStatement], cache: StatementCache
) -> list[CandidateStory]:
    """Return the stories of the statements found, those first that have the nearest one."""
    found = [cache.read(row) for row in rows]
    likeness = {one.article_id: dot(new.weights.vector, one.weights.vector) for one in found}
    by_story: dict[StoryId, list[Statement]] = {}
    for one in sorted(found, key=lambda one: (-likeness[one.article_id], one.article_id)):
        if one.story_id is not None and one.article_id != new.article_id:
            by_story.setdefault(one.story_id, []).append(one)
    chosen = dict(list(by_story.items())[:CANDIDATE_STORIES])
    profiles = statements.profiles(connection, chosen) if chosen else {}
    return [
        CandidateStory(
            story_id=story_id,
            profile=cache.profile(story_id, profiles[story_id]) if story_id in profiles else _profile_of(near[:1]),
            statements=near,
        )
        for story_id, near in chosen.items()
    ]


def _profile_of(of: Sequence[Statement]) -> StoryProfile:
    profile = StoryProfile()
    for statement in of:
        profile.add(statement)
    return profile


def _join_or_begin(
    connection: Connection,
    article: Article,
    statement: Statement,
    relation: Relation,
    near: Sequence[CandidateStory],
    cache: StatementCache,
    *,
    now: datetime,
) -> StoryId:
    if relation.story_id is None:
        return stories.begin(connection, article, now=now)
    stories.join(connection, article, relation.story_id)
    profile = next(story.profile for story in near if story.story_id == relation.story_id)
    profile.add(statement)
    _save_profile(connection, relation.story_id, profile, cache)
    return relation.story_id


def _save_profile(connection: Connection, story_id: StoryId, profile: StoryProfile, cache: StatementCache) -> None:
    packed = pack_profile(profile)
    statements.save_profile(connection, story_id, packed)
    cache.keep_profile(story_id, packed, profile)


def store_statement(connection: Connection, article: Article, statement: Statement) -> None:
    """Index a statement that is not in the index."""
    statements.add(
        connection,
        article.id,
        at=article.fetched_at,
        dated=statement.dated_at,
        data=pack_facts(statement.facts, statement.weights.idf),
        keys=list(index_keys(statement)),
    )


def _merge(
    connection: Connection, story_id: StoryId, alike: Sequence[StoryId], idf: Callable[[str], float], cache: StatementCache
) -> StoryId:
    """Merge the story with those of `alike` that are about the same event after all; return the one that remains."""
    for other in alike:
        own, theirs = _merge_candidate(connection, story_id, cache), _merge_candidate(connection, other, cache)
        if not is_same_event(own, theirs, idf):
            continue
        into, gone = sorted((story_id, other))
        if stories.merge(connection, gone, into):
            for statement in theirs.statements:
                own.profile.add(statement)
            _save_profile(connection, into, own.profile, cache)
            story_id = into
    return story_id


def _merge_candidate(connection: Connection, story_id: StoryId, cache: StatementCache) -> MergeCandidate:
    found = [cache.read(row) for row in statements.of_story(connection, story_id, MERGE_STATEMENTS)]
    profiles = statements.profiles(connection, [story_id])
    profile = cache.profile(story_id, profiles[story_id]) if story_id in profiles else _profile_of(found)
    return MergeCandidate(profile=profile, statements=found)
