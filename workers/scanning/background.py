"""Read articles as statements, with what is known of words and of the passages that each source repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from monitor.domain.article import Article
from monitor.domain.hashing import hash_parts
from monitor.domain.ids import ArticleId
from monitor.storage import word_statistics
from monitor.storage.engine import Connection
from workers.stories.facts import extract_facts, passage_key, passages_of
from workers.stories.statement import Statement, weigh
from workers.stories.vocabulary import Learned, Vocabulary, words_to_look_up

REPEATED_AFTER: Final = 2
"""A passage that a source had in this many other articles is its own furniture."""
_KEY_BITS: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStatement:
    """An article as a statement, with its vocabulary and its passages as written."""

    statement: Statement
    vocabulary: Vocabulary
    passages: tuple[str, ...]


@dataclass(slots=True)
class BatchCounts:
    """What a batch adds to the counts of words and of passages."""

    learned: Learned = field(default_factory=Learned)
    passages: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, read: ReadStatement) -> None:
        """Count a statement."""
        self.learned.add(read.statement.facts, read.passages)
        source = source_key(read.statement.source)
        self.passages.update((source, key) for key in {passage_key(passage) for passage in read.passages[1:]})

    def save(self, connection: Connection, now: datetime) -> None:
        """Add the counts to those of all workers."""
        if self.learned.articles:
            word_statistics.add(connection, self.learned.articles, self.learned.words, self.learned.capitals)
            word_statistics.add_passages(connection, self.passages, now)
            word_statistics.halve(connection)


def read_statements(connection: Connection, articles: Sequence[Article]) -> Mapping[ArticleId, ReadStatement]:
    """Return the statements that articles make, by the articles' ids."""
    passages = {article.id: passages_of(article.title, article.own_text or article.summary) for article in articles}
    wanted = {key for article in articles for key in words_to_look_up(passages[article.id], article.language)}
    counts = word_statistics.load(connection, wanted)
    pairs = {(source_key(article.source), passage_key(passage)) for article in articles for passage in passages[article.id][1:]}
    repeated = word_statistics.repeated_passages(connection, pairs, least=REPEATED_AFTER)
    by_source: dict[int, set[int]] = {}
    for source, passage in repeated:
        by_source.setdefault(source, set()).add(passage)
    vocabularies = {language: Vocabulary(counts, language) for language in {article.language or "" for article in articles}}
    return {
        article.id: _read(article, passages[article.id], vocabularies[article.language or ""], by_source) for article in articles
    }


def source_key(source: str) -> int:
    """Return a 63-bit key for a source, the same in every process and on every host."""
    return int.from_bytes(hash_parts("source", source)[:8], "big") >> (64 - _KEY_BITS)


def published_or_fetched_at(article: Article) -> datetime:
    """Return when an article was published, or when it was fetched if that is unknown or in the future."""
    return min(article.published_at or article.fetched_at, article.fetched_at)


def _read(article: Article, passages: tuple[str, ...], vocabulary: Vocabulary, repeated: Mapping[int, set[int]]) -> ReadStatement:
    facts = extract_facts(
        article.title,
        passages,
        article.language,
        capitals=vocabulary,
        repeated=repeated.get(source_key(article.source), frozenset()),
    )
    statement = Statement(
        article_id=article.id,
        source=article.source,
        link=article.url,
        dated_at=published_or_fetched_at(article),
        facts=facts,
        weights=weigh(facts, vocabulary.idf),
        title=article.title,
        text=article.own_text or article.summary,
    )
    return ReadStatement(statement=statement, vocabulary=vocabulary, passages=passages)
