"""Count what watch lists match over many articles, in memory that does not grow with the articles. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.domain.article import Article
from monitor.domain.times import rfc3339
from monitor.domain.watch import Term

SAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedArticle:
    """An article with the terms that fire on it. `story` is any value that is the same for all articles of one story."""

    story: str
    article: Article
    terms: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class ArticleCount:
    """A count of articles and stories by day, with the first articles as samples. Those of a story must be added one after the other."""

    days: dict[str, list[int]] = field(default_factory=dict)
    samples: list[dict[str, Any]] = field(default_factory=list)
    last_story: str | None = None

    def add(self, matched: MatchedArticle) -> None:
        """Count an article on the day it was fetched, and its story on the day of its first article."""
        day = self.days.setdefault(matched.article.fetched_at.date().isoformat(), [0, 0])
        day[0] += 1
        if matched.story != self.last_story:
            day[1] += 1
            self.last_story = matched.story
            if len(self.samples) < SAMPLES:
                self.samples.append(_sample(matched))

    @property
    def articles(self) -> int:
        """Return the number of articles."""
        return sum(day[0] for day in self.days.values())

    @property
    def stories(self) -> int:
        """Return the number of stories."""
        return sum(day[1] for day in self.days.values())

    def record(self) -> dict[str, Any]:
        """Return `articles stories per_day samples`; `per_day` lists the days with articles, earliest first."""
        return {
            "articles": self.articles,
            "stories": self.stories,
            "per_day": [{"day": day, "articles": count[0], "stories": count[1]} for day, count in sorted(self.days.items())],
            "samples": self.samples,
        }


class WatchlistStatistics:
    """The articles and stories that one watch list matches, by term."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = {term.name: term for term in terms}
        self._counts = {name: ArticleCount() for name in self._terms}

    def add(self, matched: MatchedArticle) -> None:
        """Count an article for every term that fires on it."""
        for name in matched.terms:
            if name in self._counts:
                self._counts[name].add(matched)

    def records(self) -> list[dict[str, Any]]:
        """Return `term kind severity articles stories per_day samples` for each term, in the order of the watch list."""
        return [
            {"term": name, "kind": term.kind, "severity": term.severity, **self._counts[name].record()}
            for name, term in self._terms.items()
        ]


class WatchlistDiff:
    """The articles that only one of two watch lists matches: for the whole lists, and for each term by its name."""

    def __init__(self, here: Sequence[Term], there: Sequence[Term]) -> None:
        self._only = {"only_here": ArticleCount(), "only_there": ArticleCount(), "both": ArticleCount()}
        self._terms = {name: {"only_here": ArticleCount(), "only_there": ArticleCount()} for name in _names(here, there)}

    def add(self, here: MatchedArticle, there: MatchedArticle) -> None:
        """Count an article, as each of the two lists matches it."""
        if here.terms or there.terms:
            side = "both" if here.terms and there.terms else "only_here" if here.terms else "only_there"
            self._only[side].add(here if here.terms else there)
        for side, one, other in (("only_here", here, there), ("only_there", there, here)):
            for name in one.terms:
                if name not in other.terms and name in self._terms:
                    self._terms[name][side].add(one)

    def record(self) -> dict[str, Any]:
        """Return `only_here only_there both differing`; `differing` lists the terms that match differently in the two lists."""
        return {
            **{side: count.record() for side, count in self._only.items()},
            "differing": [
                {"term": name, **{side: count.record() for side, count in sides.items()}}
                for name, sides in self._terms.items()
                if any(count.articles for count in sides.values())
            ],
        }


def _names(here: Sequence[Term], there: Sequence[Term]) -> Mapping[str, None]:
    return dict.fromkeys(term.name for term in (*here, *there))


def _sample(matched: MatchedArticle) -> dict[str, Any]:
    article = matched.article
    return {
        "article_id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "fetched_at": rfc3339(article.fetched_at),
        "terms": list(matched.terms),
    }
