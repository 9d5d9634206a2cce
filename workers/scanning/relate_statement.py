"""Relate the statements of a batch to the stories of the last days.

What they are compared with is read before the transaction that records them, and decided on already then. In the transaction, which holds the
lock on stories, only what others have stored meanwhile is read, and only decided again what that concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.settings.model import StoriesSettings
from monitor.storage import placements, statements, stories
from monitor.storage.engine import Connection
from monitor.storage.placements import PlacedStatement
from monitor.storage.statements import IndexedStatement
from workers.scanning.background import ReadStatement
from workers.scanning.neighbourhood import NearStory, Neighbourhood, NewStatement, profile_of
from workers.scanning.statement_cache import StatementCache
from workers.stories.index_keys import index_keys
from workers.stories.merging import BRIDGE_ODDS, MERGE_STATEMENTS, MergeCandidate, is_same_event
from workers.stories.relate import CandidateStory, Decision, relate
from workers.stories.serialization import pack_facts, pack_profile
from workers.stories.statement import Statement
from workers.stories.story_profile import StoryProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The story of an article and its relation to it; `relation` is None for a later revision, which stays in its story.

    `joined`: an earlier article is in the story, and this one was not. `merged`: it has brought two stories together.
    """

    story_id: StoryId
    relation: Relation | None
    joined: bool
    merged: bool = False


class StoryPlacer:
    """Puts the articles of a batch into stories, one after the other. What is to be stored is kept until `flush`."""

    def __init__(
        self,
        connection: Connection,
        batch: Iterable[tuple[Article, ReadStatement]],
        cache: StatementCache,
        settings: StoriesSettings,
    ) -> None:
        """Read what the batch may be related to, and decide as if nobody else stored anything meanwhile."""
        self._cache, self._settings = cache, settings
        self._new = {
            article.id: NewStatement(article=article, read=read, keys=index_keys(read.statement)) for article, read in batch
        }
        self._indexed = {
            article_id: indexed_statement(new.article, new.read.statement, new.keys) for article_id, new in self._new.items()
        }
        self._begins = stories.ids_to_begin(connection, self._new)
        self._near = Neighbourhood(connection, cache, settings.window, list(self._new.values()))
        self._decided: dict[ArticleId, tuple[tuple[NearStory, ...], Decision]] = {}
        self._pending: dict[ArticleId, PlacedStatement] = {}
        self._profiles: dict[StoryId, StoryProfile] = {}
        self._placed = {new.article.id: new.article.story_id for new in self._new.values() if new.article.story_id is not None}
        self._near.drop(self._placed)
        for new in self._new.values():
            if new.article.story_id is None:
                self._join_or_begin(new, *self._decide(connection, new))
            else:
                self._near.add(new, new.article.story_id, begins=False)

    def begin(self, connection: Connection, now: datetime) -> None:
        """Take the lock on stories and take over what others have stored; all that follows must be in this transaction."""
        stories.lock(connection)
        self._connection, self._now = connection, now
        self._pending, self._profiles = {}, {}
        self._placed, self._done = stories.current(connection, self._new), set[ArticleId]()
        self._near.renew(connection)

    def expected(self) -> frozenset[StoryId]:
        """Return the stories that the articles are in, or are likely to join."""
        joined = (decision.relation.story_id for _, decision in self._decided.values())
        return frozenset((*self._placed.values(), *(story_id for story_id in joined if story_id is not None)))

    def place(self, article_id: ArticleId) -> Placement:
        """Put an article into its story, or begin one; a later revision stays in the story of the article.

        Two workers that scan two copies at the same time are here one after the other, so the second sees what the first has written.
        """
        new, placed = self._new[article_id], self._placed.get(article_id)
        if placed is not None:
            if article_id not in self._done:
                self._keep(new, placed, begins=False, relation=None)
                self._near.add(new, placed, begins=False)
            return Placement(story_id=placed, relation=None, joined=False)
        near, decision = self._decide(self._connection, new)
        relation = decision.relation
        story_id = self._join_or_begin(new, near, decision)
        self._keep(new, story_id, begins=relation.story_id is None, relation=relation)
        merged = False
        if self._settings.same_event and relation.kind is not RelationKind.COPY:
            alike = [other for other, odds in decision.odds.items() if odds >= BRIDGE_ODDS and other != story_id]
            merged = bool(alike) and self._merge(article_id, alike, new.read.vocabulary.idf)
        return Placement(story_id=self._placed[article_id], relation=relation, joined=relation.story_id is not None, merged=merged)

    def flush(self) -> None:
        """Store what was placed since the last time."""
        profiles = {story_id: pack_profile(profile) for story_id, profile in self._profiles.items()}
        for story_id, packed in profiles.items():
            self._cache.keep_profile(story_id, packed, self._profiles[story_id])
        placements.save(self._connection, list(self._pending.values()), profiles, now=self._now)
        self._pending, self._profiles = {}, {}

    def _decide(self, connection: Connection, new: NewStatement) -> tuple[tuple[NearStory, ...], Decision]:
        """Return what a statement is to the stories near to it. It is decided again only if those have changed."""
        near, known = self._near.near(connection, new), self._decided.get(new.article.id)
        if known is None or known[0] != near:
            candidates = [
                CandidateStory(
                    story_id=one.story_id,
                    read_profile=partial(self._near.profile, one),
                    statements=self._near.statements_of(one),
                )
                for one in near
            ]
            statement, idf = new.read.statement, new.read.vocabulary.idf
            known = near, relate(statement, candidates, idf, same_event=self._settings.same_event)
            self._decided[new.article.id] = known
        return known

    def _join_or_begin(self, new: NewStatement, near: Sequence[NearStory], decision: Decision) -> StoryId:
        story_id = decision.relation.story_id
        if story_id is None:
            story_id = self._begins[new.article.id]
        else:
            profile = self._near.profile(next(one for one in near if one.story_id == story_id)).copy()
            profile.add(new.read.statement)
            self._near.grow(story_id, new.article.id, profile)
            self._profiles[story_id] = profile
        self._near.add(new, story_id, begins=decision.relation.story_id is None)
        return story_id

    def _keep(self, new: NewStatement, story_id: StoryId, *, begins: bool, relation: Relation | None) -> None:
        self._done.add(new.article.id)
        self._placed[new.article.id] = story_id
        self._pending[new.article.id] = PlacedStatement(
            article=new.article,
            story_id=story_id,
            begins=begins,
            relation=relation,
            indexed=self._indexed[new.article.id],
        )

    def _merge(self, article_id: ArticleId, alike: Sequence[StoryId], idf: Callable[[str], float]) -> bool:
        """Merge the article's story with those of `alike` that are about the same event after all; return whether there were any."""
        self.flush()
        story_id, merged = self._placed[article_id], False
        for other in alike:
            own, theirs = self._merge_candidate(story_id), self._merge_candidate(other)
            if not is_same_event(own, theirs, idf):
                continue
            into, gone = sorted((story_id, other))
            if stories.merge(self._connection, gone, into):
                merged, profile = True, own.profile.copy()
                for statement in theirs.statements:
                    profile.add(statement)
                packed = pack_profile(profile)
                statements.save_profile(self._connection, into, packed)
                self._cache.keep_profile(into, packed, profile)
                story_id = into
        if merged:
            self._near.renew(self._connection)
            self._placed = stories.current(self._connection, self._new)
        return merged

    def _merge_candidate(self, story_id: StoryId) -> MergeCandidate:
        found = [self._cache.read(row) for row in statements.of_story(self._connection, story_id, MERGE_STATEMENTS)]
        stored = statements.profiles(self._connection, [story_id])
        profile = self._cache.profile(story_id, stored[story_id]) if story_id in stored else profile_of(found)
        return MergeCandidate(profile=profile, statements=found)


def indexed_statement(article: Article, statement: Statement, keys: Mapping[int, float]) -> IndexedStatement:
    """Return a statement as it is stored in the index."""
    return IndexedStatement(
        article_id=article.id,
        at=article.fetched_at,
        dated_at=statement.dated_at,
        data=pack_facts(statement.facts, statement.weights.idf),
        keys=tuple(keys),
    )
