"""Find the earlier statements and stories that those of a batch may belong to: what the index has, and what the batch itself adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from monitor.storage import statement_index
from monitor.storage.engine import Connection
from monitor.storage.statement_index import NEWEST_PER_KEY, StatementHead, StoryProgress
from workers.scanning.background import ReadStatement
from workers.scanning.statement_cache import StatementCache
from workers.stories.statement import Statement, dot
from workers.stories.story_profile import StoryProfile

MAX_CANDIDATES: Final = 16
CANDIDATE_STORIES: Final = 5
_FIRST_OF_BATCH: Final = 1 << 62
"""From here on the batch's own statements are numbered until they are stored: as newer than all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStatement:
    """A statement to be placed, with its article and the weights of the keys that lead to others like it."""

    article: Article
    read: ReadStatement
    keys: Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearStory:
    """A story that may be a statement's: the numbers of those of its statements that are nearest, and how far the story has come."""

    story_id: StoryId
    state: tuple[StoryProgress | None, tuple[ArticleId, ...]]
    numbers: tuple[int, ...]


class Neighbourhood:
    """What is near to the statements of a batch. All that they may need is read at once, in `load`."""

    def __init__(self, connection: Connection, cache: StatementCache, window: timedelta, new: Sequence[NewStatement]) -> None:
        self._cache, self._window, self._new = cache, window, new
        self._likeness: dict[tuple[ArticleId, int | ArticleId], float] = {}
        self._stories: dict[ArticleId, tuple[list[int], dict[StoryId, list[int]]]] = {}
        self._single: dict[int, StoryProfile] = {}
        self._next = _FIRST_OF_BATCH
        self._ranked: dict[ArticleId, list[int]] = {}
        self._heads: dict[int, StatementHead] = {}
        self._statements: dict[int, Statement] = {}
        self._states: dict[StoryId, StoryProgress] = {}
        self._last = statement_index.last_number(connection)
        self._keys = {key for one in new for key in one.keys}
        self._postings = statement_index.postings(connection, self._keys)
        self._forget_batch()
        self._load(connection)

    def renew(self, connection: Connection) -> None:
        """Take over what has been stored since, by others or of this batch, which is forgotten. The caller holds the lock on stories."""
        self._forget_batch()
        added = statement_index.added_after(connection, self._last)
        states = statement_index.story_progress(connection, self._states, profiles=False)
        changed = {
            story_id
            for story_id, known in self._states.items()
            if (now := states.get(story_id)) is None
            or (now.articles, now.last_article_at) != (known.articles, known.last_article_at)
        }
        self.drop({head.article_id for head, _ in added})
        for head, keys in added:
            self._last = max(self._last, head.id)
            for key in self._keys.intersection(keys):
                self._postings.setdefault(key, []).insert(0, head.id)
        if changed:
            self._heads = statement_index.heads(connection, self._heads)
            for story_id in changed:
                del self._states[story_id]
        if changed or added:
            self._heads |= {head.id: head for head, _ in added}
            self._load(connection)

    def drop(self, articles: Collection[ArticleId]) -> None:
        """Forget the stored statements of these articles, of which there are others now."""
        numbers = {number for number, head in self._heads.items() if head.article_id in articles}
        for number in numbers:
            del self._heads[number]
        if numbers:
            self._postings = {key: [one for one in found if one not in numbers] for key, found in self._postings.items()}
            self._ranked.clear()
            self._stories.clear()

    def add(self, new: NewStatement, story_id: StoryId, *, begins: bool) -> None:
        """Let the batch's further statements find this one, which begins its story or not."""
        if begins:
            self._begun.add(story_id)
        number = self._next
        self._next += 1
        statement = new.read.statement
        self._heads[number] = StatementHead(
            id=number, article_id=statement.article_id, story_id=story_id, dated_at=statement.dated_at
        )
        self._statements[number] = statement
        for key in new.keys:
            self._added[key].append(number)

    def grow(self, story_id: StoryId, article_id: ArticleId, profile: StoryProfile) -> None:
        """Note that the batch has put an article into a story, which as a whole says what `profile` says."""
        self._joined[story_id] = (*self._joined.get(story_id, ()), article_id)
        self._profiles[story_id] = profile

    def near(self, connection: Connection, new: NewStatement) -> tuple[NearStory, ...]:
        """Return the stories of the statements that are likest, those first that have the nearest one."""
        by_story = self._by_story(new)
        missing = by_story.keys() - self._states.keys() - self._begun
        self._states |= statement_index.story_progress(connection, missing)
        return tuple(
            NearStory(
                story_id=story_id,
                state=(self._states.get(story_id), self._joined.get(story_id, ())),
                numbers=tuple(numbers),
            )
            for story_id, numbers in by_story.items()
        )

    def statements_of(self, near: NearStory) -> list[Statement]:
        """Return the statements of a story that are near."""
        return [self._statements[number] for number in near.numbers]

    def profile(self, near: NearStory) -> StoryProfile:
        """Return what a story says as a whole; it must be copied before a statement is added."""
        known = self._profiles.get(near.story_id)
        if known is not None:
            return known
        state = self._states.get(near.story_id)
        if state is not None and state.profile is not None:
            return self._cache.profile(near.story_id, state.profile)
        number = near.numbers[0]
        if number not in self._single:
            self._single[number] = profile_of([self._statements[number]])
        return self._single[number]

    def _forget_batch(self) -> None:
        self._added: dict[int, list[int]] = defaultdict(list)
        self._profiles: dict[StoryId, StoryProfile] = {}
        self._joined: dict[StoryId, tuple[ArticleId, ...]] = {}
        self._begun: set[StoryId] = set()
        self._next = _FIRST_OF_BATCH
        for number in [number for number in self._heads if number >= _FIRST_OF_BATCH]:
            del self._heads[number], self._statements[number]
            self._single.pop(number, None)
        self._stories = {one: known for one, known in self._stories.items() if max(known[0], default=0) < _FIRST_OF_BATCH}

    def _load(self, connection: Connection) -> None:
        self._ranked.clear()
        self._stories.clear()
        likest = {number for one in self._new for number in self._likest(one)}
        self._heads |= statement_index.heads(connection, likest - self._heads.keys())
        unknown = {}
        for number in likest & self._heads.keys() - self._statements.keys():
            found = self._cache.known(number, self._heads[number].article_id)
            if found is None:
                unknown[number] = self._heads[number]
            else:
                self._statements[number] = found
        for stored in statement_index.texts(connection, unknown):
            self._statements[stored.id] = self._cache.read(stored)
        wanted = {story_id for one in self._new for story_id in self._by_story(one)}
        self._states |= statement_index.story_progress(connection, wanted - self._states.keys())

    def _likest(self, new: NewStatement) -> list[int]:
        """Return the numbers of the statements that share the weightiest keys."""
        alone = self._added.keys().isdisjoint(new.keys)
        if alone and new.article.id in self._ranked:
            return self._ranked[new.article.id]
        scores: dict[int, float] = {}
        for key, weight in new.keys.items():
            mine, stored = self._added.get(key, ()), self._postings.get(key, ())
            for number in (*mine[::-1], *stored)[:NEWEST_PER_KEY] if mine else stored[:NEWEST_PER_KEY]:
                scores[number] = scores.get(number, 0.0) + weight
        best = sorted(zip(scores.values(), scores, strict=True), reverse=True)[:MAX_CANDIDATES]
        likest = [number for _, number in best]
        if alone:
            self._ranked[new.article.id] = likest
        return likest

    def _by_story(self, new: NewStatement) -> dict[StoryId, list[int]]:
        likest, known = self._likest(new), self._stories.get(new.article.id)
        if known is None or known[0] != likest:
            known = self._stories[new.article.id] = likest, self._group(new.read.statement, likest)
        return known[1]

    def _group(self, statement: Statement, numbers: Iterable[int]) -> dict[StoryId, list[int]]:
        """Return those of these statements that are in the window by story, those first that have the nearest one."""
        since, until = statement.dated_at - self._window, statement.dated_at + self._window
        found = []
        for number in numbers:
            head = self._heads.get(number)
            if head is None or number not in self._statements or head.article_id == statement.article_id:
                continue
            if since <= head.dated_at <= until:
                found.append((-self._likeness_to(statement, number), head.article_id, number, head.story_id))
        by_story: dict[StoryId, list[int]] = {}
        for _, _, number, story_id in sorted(found):
            by_story.setdefault(story_id, []).append(number)
        return dict(list(by_story.items())[:CANDIDATE_STORIES])

    def _likeness_to(self, statement: Statement, number: int) -> float:
        other = self._statements[number]
        pair = statement.article_id, other.article_id if number >= _FIRST_OF_BATCH else number
        known = self._likeness.get(pair)
        if known is None:
            known = self._likeness[pair] = dot(statement.weights.vector, other.weights.vector)
        return known


def profile_of(statements: Iterable[Statement]) -> StoryProfile:
    """Return what statements say together."""
    profile = StoryProfile()
    for statement in statements:
        profile.add(statement)
    return profile
