"""Remember the statements and the profiles that were read last, since those of a running story are asked for again and again."""

from __future__ import annotations

from collections import OrderedDict

from monitor.domain.ids import ArticleId, StoryId
from monitor.storage.statements import StoredStatement
from workers.stories.serialization import unpack_facts, unpack_profile
from workers.stories.statement import Statement
from workers.stories.story_profile import StoryProfile

_CACHED = 1000


class StatementCache:
    """The last statements that were read from the index, by their numbers, and the last profiles of stories."""

    def __init__(self) -> None:
        self._statements: OrderedDict[int, Statement] = OrderedDict()
        self._profiles: OrderedDict[StoryId, tuple[bytes, StoryProfile]] = OrderedDict()

    def profile(self, story_id: StoryId, packed: bytes) -> StoryProfile:
        """Return a story's profile as it was stored. It is shared, and must be copied before a statement is added."""
        known = self._profiles.get(story_id)
        if known is None or known[0] != packed:
            known = packed, unpack_profile(packed)
        self.keep_profile(story_id, *known)
        return known[1]

    def keep_profile(self, story_id: StoryId, packed: bytes, profile: StoryProfile) -> None:
        """Remember what `packed` says, as long as that is what is stored."""
        self._profiles[story_id] = packed, profile
        self._profiles.move_to_end(story_id)
        if len(self._profiles) > _CACHED:
            self._profiles.popitem(last=False)

    def known(self, number: int, article_id: ArticleId) -> Statement | None:
        """Return the statement of this number if it is remembered and is that article's: SQLite may use the number of a deleted one again."""
        found = self._statements.get(number)
        if found is None or found.article_id != article_id:
            return None
        self._statements.move_to_end(number)
        return found

    def read(self, stored: StoredStatement) -> Statement:
        """Return the statement of a row of the index, and remember it."""
        found = self.known(stored.id, stored.article_id)
        if found is not None:
            return found
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
        )
        self._statements[stored.id] = found
        if len(self._statements) > _CACHED:
            self._statements.popitem(last=False)
        return found
