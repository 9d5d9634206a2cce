"""Backtest: hold watch lists against the stored articles, a batch at a time, and count what they would have raised. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.match import Document
from monitor.domain.watch import Term
from monitor.storage import archive, articles
from monitor.storage.engine import Database
from workers.analysis.watchlist_statistics import MatchedArticle, Tally, WatchlistDiff
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
    """`articles terms`, and `against` where another watch list is given: `terms` as that list raises them, and how the two differ.

    `only` names the terms to report, others still count where a term asks for them. `progress` hears how many articles each batch had.
    """
    mine, other = Matcher.build(terms), Matcher.build(against or ())
    tally, their_tally = Tally(_reported(terms, only)), Tally(_reported(against or (), only))
    contrast = WatchlistDiff(_reported(terms, only), _reported(against or (), only))
    count = 0
    for batch in _batches(database, since):
        for article in batch:
            document = _document(article)
            here = _hit(article, document, mine, only)
            tally.add(here)
            if against is not None:
                there = _hit(article, document, other, only)
                their_tally.add(there)
                contrast.add(here, there)
        count += len(batch)
        progress(len(batch))
    found: dict[str, Any] = {"articles": count, "terms": tally.records()}
    if against is not None:
        found["against"] = {"terms": their_tally.records(), **contrast.record()}
    return found


def _batches(database: Database, since: datetime | None) -> Iterator[list[Article]]:
    """The stored articles, those of a story one after the other; each batch in a transaction of its own, so that nobody waits for us."""
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


def _hit(article: Article, document: Document, matcher: Matcher, only: Collection[str]) -> MatchedArticle:
    names = tuple(match.term.name for match in matcher.match(document))
    return MatchedArticle(
        story=article.story_id or article.id, article=article, terms=tuple(name for name in names if not only or name in only)
    )


def _document(article: Article) -> Document:
    return Document(
        title=article.title,
        body=article.text,
        source=article.source,
        language=article.language or detect(f"{article.title}\n{article.text}"),
        tags=frozenset(article.tags),
    )
