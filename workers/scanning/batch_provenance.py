"""Find in whose words the articles of a batch are, among the reports of their stories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import RelationKind
from monitor.storage import provenances
from monitor.storage.engine import Connection
from monitor.storage.provenances import Provenance
from workers.provenance.wording import pack, same_words_among, unpack
from workers.scanning.examine import ExaminedArticle
from workers.scanning.relate_statement import Placement


class BatchProvenance:
    """The provenances of a batch, kept until `flush`; `expected` are the stories that it is likely to be about."""

    def __init__(self, connection: Connection, expected: Iterable[StoryId]) -> None:
        self._connection = connection
        self._packed: dict[StoryId, Mapping[ArticleId, bytes]] = dict(provenances.wordings(connection, expected))
        self._samples: dict[StoryId, dict[ArticleId, frozenset[int]]] = {}
        self._pending: list[Provenance] = []

    def place(self, examined: ExaminedArticle, placement: Placement) -> None:
        """Note where an article that has been put into a story comes from."""
        found, article_id = examined.provenance, examined.article.id
        begins = placement.relation is not None and placement.relation.story_id is None
        samples = self._story(placement.story_id, begins=begins and not placement.merged)
        same_words_as = same_words_among(found.sample, {one: other for one, other in samples.items() if one != article_id})
        relation = placement.relation
        if same_words_as is None and relation is not None and relation.kind is RelationKind.COPY:
            same_words_as = relation.nearest
        samples[article_id] = found.sample
        self._pending.append(
            Provenance(
                article_id=article_id,
                owner=found.owner,
                agencies=found.agencies,
                wording=pack(found.sample),
                same_words_as=same_words_as,
            )
        )

    def flush(self) -> None:
        """Store what was noted since the last time; the articles are stored already."""
        provenances.save(self._connection, self._pending)
        self._pending = []

    def _story(self, story_id: StoryId, *, begins: bool) -> dict[ArticleId, frozenset[int]]:
        known = self._samples.get(story_id)
        if known is None:
            packed = self._packed.get(story_id)
            if packed is None:
                packed = {} if begins else provenances.wordings(self._connection, [story_id])[story_id]
            known = self._samples[story_id] = {one: unpack(wording) for one, wording in packed.items()}
        return known
