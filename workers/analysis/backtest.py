"""Match watch lists against the stored articles and count what they would have raised. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.match import Document
from monitor.domain.story_origins import story_origins
from monitor.domain.watch import Term, TermKind
from monitor.storage import archive, articles, stories
from monitor.storage.engine import Database
from workers.analysis.burst_replay import BurstReplay
from workers.analysis.topic_thresholds import NearnessStatistics
from workers.analysis.watchlist_statistics import MatchedArticle, WatchlistDiff, WatchlistStatistics
from workers.language.detector import detect
from workers.matching.matcher import Matcher

BATCH = 200

Progress = Callable[[int], None]


def backtest(
    database: Database,
    terms: Sequence[Term],
    *,
    since: datetime | None = None,
    only: Collection[str] = (),
    against: Sequence[Term] | None = None,
    progress: Progress = lambda _done: None,
) -> dict[str, Any]:
    """Return `articles` (their number), `terms` and `bursts`, and with another watch list in `against` its `terms` and how the two lists differ.

    `only` names the terms to report; the others are still evaluated where a term refers to them. `progress` is called with the number of
    articles after each batch.
    """
    mine, other = Matcher.build(terms), Matcher.build(against or ())
    replay = BurstReplay()
    statistics, other_statistics = WatchlistStatistics(_reported(terms, only)), WatchlistStatistics(_reported(against or (), only))
    diff = WatchlistDiff(_reported(terms, only), _reported(against or (), only))
    topics = {term.name: NearnessStatistics() for term in _reported(terms, only) if term.kind is TermKind.ABOUT}
    count = 0
    for batch in _batches(database, since):
        origins = _origins(database, batch, (*terms, *(against or ())))
        for article in batch:
            document = document_of_article(article)
            here = _matched_article(article, document, mine, only, origins)
            statistics.add(here)
            for name, nearness in topics.items():
                nearness.add(mine.nearness(document, name))
            replay.add(here.story, article.fetched_at, here.terms)
            if against is not None:
                there = _matched_article(article, document, other, only, origins)
                other_statistics.add(there)
                diff.add(here, there)
        count += len(batch)
        progress(len(batch))
    found: dict[str, Any] = {
        "articles": count,
        "terms": [_with_proposal(record, topics) for record in statistics.records()],
        "bursts": replay.records(),
    }
    if against is not None:
        found["against"] = {"terms": other_statistics.records(), **diff.record()}
    return found


def _with_proposal(record: dict[str, Any], topics: Mapping[str, NearnessStatistics]) -> dict[str, Any]:
    """Return the record of a term, for one with a topic with the threshold to propose, if there is one."""
    nearness = topics.get(record["term"])
    return record if nearness is None else {**record, "proposed_threshold": nearness.proposed}


def _batches(database: Database, since: datetime | None) -> Iterator[list[Article]]:
    """Yield the stored articles, those of a story one after the other; each batch is read in a short transaction of its own."""
    after: tuple[StoryId | None, ArticleId] | None = None
    while True:
        with database.read() as connection:
            pairs = archive.in_stories(connection, since=since, after=after, limit=BATCH)
            found = {article.id: article for article in articles.load(connection, [article_id for _, article_id in pairs])}
        if not pairs:
            return
        after = pairs[-1]
        yield [replace(found[article_id], story_id=story_id) for story_id, article_id in pairs if article_id in found]


def _reported(terms: Sequence[Term], only: Collection[str]) -> list[Term]:
    return [term for term in terms if not only or term.name in only]


def _origins(database: Database, batch: Sequence[Article], terms: Sequence[Term]) -> Mapping[str, int]:
    """Return how many independent origins the stories of these articles have; nothing is read unless a term asks for several."""
    wanted = {article.story_id for article in batch if article.story_id is not None}
    if not wanted or all(term.scope.origins == 1 for term in terms):
        return {}
    with database.read() as connection:
        found = stories.members(connection, wanted)
    return {story_id: len(story_origins(members)) for story_id, members in found.items()}


def _matched_article(
    article: Article, document: Document, matcher: Matcher, only: Collection[str], origins: Mapping[str, int]
) -> MatchedArticle:
    counted = origins.get(article.story_id or "", 1)
    names = tuple(match.term.name for match in matcher.match(document) if match.term.scope.origins <= counted)
    return MatchedArticle(
        story=article.story_id or article.id, article=article, terms=tuple(name for name in names if not only or name in only)
    )


def document_of_article(article: Article) -> Document:
    """Return the newest revision of a stored article as the matcher reads it."""
    return Document(
        title=article.title,
        body=article.text,
        asides=article.asides,
        source=article.source,
        language=article.language or detect(f"{article.title}\n{article.text}"),
        tags=frozenset(article.tags),
        url=article.url,
        author=article.author,
    )
