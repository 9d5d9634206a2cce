"""Search the stored articles with a query of the watch list's language: newest first, for a limited time, to be continued from where it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from monitor.domain.article import Article
from monitor.domain.errors import ConfigError, QueryError, UsageError
from monitor.domain.match import Match
from monitor.domain.watch import Term, TermKind
from monitor.storage import archive
from monitor.storage.engine import Connection
from monitor.storage.listing_filter import ListFilter, Place
from workers.analysis.backtest import document_of_article
from workers.matching.matcher import Matcher
from workers.query.format import format_query
from workers.query.parser import parse_query
from workers.query.syntax import EntityRef, Node, TermRef, walk_nodes

SEARCH_S: Final = 1.5
"""Seconds after which a search stops and says how far back it came."""
_BATCH: Final = 100
_NAME: Final = "(searched)"


@dataclass(frozen=True, slots=True)
class ArchiveQuery:
    """A query that can be searched for. `reads` is how it was understood: with every AND and every parenthesis written out."""

    reads: str
    matcher: Matcher

    def occurrences(self, article: Article) -> tuple[Match, ...]:
        """Return where an article has what the query asks for; none where the query does not hold."""
        return self.matcher.occurrences(document_of_article(article), _NAME)

    def holds(self, article: Article) -> bool:
        """Whether the query holds for an article."""
        return bool(self.matcher.match(document_of_article(article)))


@dataclass(frozen=True, slots=True)
class ArchiveAnswer:
    """What a search has found, newest first. `rest` is the place after which it goes on; None where the archive has been searched to its end.

    `in_time`: it stopped since it had found enough, not since its time was over.
    """

    found: tuple[Article, ...]
    rest: Place | None
    in_time: bool


def archive_query(text: str, terms: Iterable[Term]) -> ArchiveQuery:
    """Return what a text asks for; `terms` are those to which it may refer.

    Raises UsageError, which says at which character of the text, for one that cannot be parsed or would need no word of an article.
    """
    try:
        tree = parse_query(text)
    except QueryError as error:
        raise UsageError(f"query, column {error.column}: {error}") from error
    term = Term(name=_NAME, kind=TermKind.QUERY, query=text, where="query")
    listed = {one.name: one for one in terms if one.name != _NAME}
    try:
        return ArchiveQuery(format_query(tree), Matcher.build((*_referred(tree, listed), term)))
    except ConfigError as error:
        messages = (fault.message.removeprefix(f"watch term {_NAME!r}: ") for fault in error.faults)
        raise UsageError("; ".join(messages)) from error


def _referred(tree: Node, listed: Mapping[str, Term]) -> tuple[Term, ...]:
    """Return the terms to which a query refers, and those to which these refer; all that are listed if one is not, so that another can be proposed."""
    waiting, found = [tree], dict[str, Term]()
    while waiting:
        for node in walk_nodes(waiting.pop()):
            if not isinstance(node, EntityRef | TermRef) or node.name in found:
                continue
            if node.name not in listed:
                return tuple(listed.values())
            term = found[node.name] = listed[node.name]
            if term.query is not None:
                waiting.append(parse_query(term.query))
    return tuple(found.values())


def search_archive(
    connection: Connection,
    query: ArchiveQuery,
    wanted: ListFilter,
    *,
    limit: int,
    seconds_left: Callable[[], float],
) -> ArchiveAnswer:
    """Return the newest `limit` of the wanted articles for which a query holds, or those that it finds before no seconds are left."""
    found: list[Article] = []
    for article in _newest_first(connection, wanted):
        if query.holds(article):
            if len(found) == limit:
                return ArchiveAnswer(tuple(found), _place(found[-1]), in_time=True)
            found.append(article)
        if seconds_left() <= 0:
            return ArchiveAnswer(tuple(found), _place(article), in_time=False)
    return ArchiveAnswer(tuple(found), None, in_time=True)


def _place(article: Article) -> Place:
    return article.fetched_at, article.id


def _newest_first(connection: Connection, wanted: ListFilter) -> Iterator[Article]:
    while page := archive.filtered(connection, wanted, limit=_BATCH):
        yield from page
        wanted = replace(wanted, older_than=_place(page[-1]))
