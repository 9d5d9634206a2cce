"""Stored articles, searched with queries: newest first, page by page, and for a limited time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.errors import UsageError
from monitor.domain.ids import ArticleId
from monitor.domain.watch import EntityType, Term, TermKind
from monitor.storage.engine import Database
from monitor.storage.listing_filter import ListFilter, Place
from tests.alerting import add_story
from tests.story_scenes import add_article
from workers.analysis.archive_search import ArchiveAnswer, archive_query, search_archive

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TITLES = (
    "Humanitarian aid reaches Rafah",
    "Cease-fire in Gaza",
    "Aid, humanitarian and other",
    "The ceasefire holds",
    "Beyrouth: un cessez-le-feu",
)
TERMS = (
    Term(name="Truce", kind=TermKind.QUERY, query="ceasefire OR entity:Beirut", where="watch.yaml:1:1"),
    Term(name="Beirut", kind=TermKind.ENTITY, type=EntityType.PLACE, phrases=("Beirut", "Beyrouth"), where="watch.yaml:2:1"),
)


def stored(database: Database) -> list[ArticleId]:
    """Articles, one an hour."""
    with database.write() as connection:
        story = add_story(connection, NOW)
        return [
            ArticleId(add_article(connection, story, "Alpha", at=NOW + timedelta(hours=number), title=title))
            for number, title in enumerate(TITLES)
        ]


def searched(
    database: Database, text: str, *, limit: int = 10, times: Sequence[float] = (), after: Place | None = None
) -> ArchiveAnswer:
    """What a query finds; `times` are the seconds left after each article, and then there is time enough."""
    left = iter(times)
    with database.read() as connection:
        return search_archive(
            connection, archive_query(text, TERMS), ListFilter(older_than=after), limit=limit, seconds_left=lambda: next(left, 1.0)
        )


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('"humanitarian aid"', [0]),
        ("humanitarian aid", [2, 0]),
        ("ceasefire", [3, 1]),
        ("cease* NOT title:Gaza", [3]),
        ("(gaza OR rafah) NEAR/4 (aid OR fire)", [1, 0]),
        ("term:Truce", [4, 3, 1]),
        ("aid source:Beta", []),
    ],
)
def test_articles_are_found_as_the_watch_list_finds_them(database: Database, text: str, places: list[int]) -> None:
    """Phrases, operators, spellings, fields and references; the newest first."""
    ids = stored(database)
    answer = searched(database, text)
    assert [one.id for one in answer.found] == [ids[place] for place in places]
    assert (answer.rest, answer.in_time) == (None, True)


def test_a_search_goes_on_where_a_page_ended(database: Database) -> None:
    """A full page leads to the next one, the last page to none."""
    ids = stored(database)
    first = searched(database, "ceasefire OR aid", limit=2)
    second = searched(database, "ceasefire OR aid", limit=2, after=first.rest)
    assert [one.id for one in (*first.found, *second.found)] == [ids[3], ids[2], ids[1], ids[0]]
    assert first.in_time
    assert second.rest is None


def test_a_search_without_time_says_how_far_back_it_came(database: Database) -> None:
    """It ends after the article it was at, found or not, and what is left is found from there."""
    ids = stored(database)
    first = searched(database, "aid", times=(1.0, 0.0))
    assert (first.found, first.rest, first.in_time) == ((), (NOW + timedelta(hours=3), ids[3]), False)
    assert [one.id for one in searched(database, "aid", after=first.rest).found] == [ids[2], ids[0]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('truce "cessation of', "query, column 7: the quotation mark"),
        ("NOT football", "query, column 1: NOT football alone"),
        ("aid term:Trude", "query, column 5: there is no term 'Trude' - did you mean 'Truce'?"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(text: str, said: str) -> None:
    """With the column, and never as one that finds nothing."""
    with pytest.raises(UsageError) as raised:
        archive_query(text, TERMS)
    assert str(raised.value).startswith(said)


def test_a_query_is_told_as_it_was_read() -> None:
    """With every operator written out."""
    assert archive_query('"humanitarian aid" rafah -sport', TERMS).reads == '"humanitarian aid" AND rafah AND NOT sport'
