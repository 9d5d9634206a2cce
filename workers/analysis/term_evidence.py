"""Hold the watch list against the newest stored articles: how often each term fires, and what those that never do come near."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor.domain.article import Article
from monitor.domain.watch import Term
from monitor.storage import archive
from monitor.storage.engine import Database
from workers.analysis.backtest import document_of_article
from workers.matching.matcher import Matcher

ARTICLES: Final = 2_000
"""Newest articles that are looked at."""
_EXPLAINED_ARTICLES: Final = 200
_EXPLAINED_TERMS: Final = 50
_NO_MISS: Final = ("does not occur", "its parts are listed above")
_COUNT: Final = re.compile(r", (?:once|\d+ times)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEvidence:
    """How many of the articles a term fires on. Of one that fires on none, `near` is what came nearest most often, in `near_articles` of them."""

    term: Term
    articles: int
    near: str | None = None
    near_articles: int = 0


def term_evidence(database: Database, terms: Sequence[Term]) -> tuple[int, tuple[TermEvidence, ...]]:
    """Return how many articles were looked at, and the evidence for each term in the order of the watch list."""
    with database.read() as connection:
        newest = archive.listing(connection, limit=ARTICLES)
    matcher = Matcher.build(terms)
    fired: Counter[str] = Counter()
    for article in newest:
        fired.update({match.term.name for match in matcher.match(document_of_article(article))})
    silent = [term for term in terms if not fired[term.name]][:_EXPLAINED_TERMS]
    missed = _near_misses(silent, newest[:_EXPLAINED_ARTICLES], matcher)
    found = []
    for term in terms:
        near = next(iter(missed.get(term.name, Counter()).most_common(1)), (None, 0))
        found.append(TermEvidence(term=term, articles=fired[term.name], near=near[0], near_articles=near[1]))
    return len(newest), tuple(found)


def _near_misses(silent: Sequence[Term], articles: Sequence[Article], matcher: Matcher) -> dict[str, Counter[str]]:
    missed: dict[str, Counter[str]] = {term.name: Counter() for term in silent}
    for article in articles if silent else ():
        document = document_of_article(article)
        for name, notes in missed.items():
            explained = matcher.explain(document, name)
            notes.update({_COUNT.sub("", note) for note in _notes(explained["because"])} | set(explained.get("refused", ())))
    return missed


def _notes(part: dict[str, Any]) -> Iterator[str]:
    """Yield why the parts that do not hold came near."""
    for inner in part.get("parts", ()):
        yield from _notes(inner)
    if not part["held"] and part.get("note") and part["note"] not in _NO_MISS:
        yield part["note"]
