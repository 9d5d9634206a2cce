"""Stories and the index of statements behave the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, select, text

from monitor.domain.article import Article, Entry, Origin
from monitor.domain.errors import DatabaseError
from monitor.domain.relation import RelationKind
from monitor.domain.story import alert_story_record
from monitor.settings.model import StoriesSettings
from monitor.storage import articles, statements, stories, word_statistics
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata, source_passages, statement_keys
from monitor.storage.tables import statements as statement_table
from monitor.storage.tables import stories as story_table
from tests.placing import place
from workers.scanning.background import read_statements
from workers.scanning.index_missing import index_missing
from workers.scanning.relate_statement import Placement
from workers.scanning.statement_cache import StatementCache
from workers.stories.index_keys import index_keys
from workers.stories.serialization import unpack_profile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = StoriesSettings()
WIRE = (
    "Negotiators for the two sides met for a third day in the capital on Sunday to settle how aid would cross the northern border. "
    "Officials who asked not to be named said that most of the text was agreed and that only the order of the first steps was open. "
    "The mediators hope to present a full draft before the end of the week, after talks with the neighbouring governments. "
    "Residents of the border towns said that they had heard such hopes before, and went on repairing what the winter had left."
)
OTHER = (
    "The harvest in the river valleys was the smallest in twenty years after a summer in which hardly any rain had fallen at all. "
    "Growers have asked the ministry for credit until spring, when the first vegetables can be sold on the markets of the coast. "
    "Prices for flour rose by a tenth within a month; bakers in the old town have begun to sell smaller loaves at the same price."
)


STORM = (
    "Storm Alma tore roofs from 40 houses in Porto Velo on Friday, the mayor Rita Campos said, and cut off power to the island of Sant Elm.",
    "Power failed on the island of Sant Elm after Storm Alma hit Porto Velo on Friday; mayor Rita Campos counted 40 houses without a roof.",
)


def _store(
    connection: Connection, outlet: str, title: str, text: str, *, at: datetime = NOW, dated: datetime | None = None
) -> Article:
    origin = Origin(id=outlet, name=outlet, url=f"https://{outlet}.test/feed")
    entry = Entry(key=title, title=title, text=text, url=f"https://{outlet}.test/{abs(hash(title))}", published_at=dated)
    taken = articles.ingest(connection, origin, [entry], now=at, alertable=lambda _: True)
    (article,) = articles.load(connection, taken.new or taken.revised)
    return article


def _kind(placement: Placement) -> RelationKind | None:
    return placement.relation.kind if placement.relation is not None else None


def _place(connection: Connection, article: Article, rules: StoriesSettings = RULES) -> Placement:
    return place(connection, [article], StatementCache(), now=article.fetched_at, settings=rules)[0]


def test_a_copy_joins_and_another_report_does_not(database: Database) -> None:
    """A wire copy under another headline is in the story of the first; other news begins its own."""
    with database.write() as connection:
        first = _place(connection, _store(connection, "alpha", "Talks near their end", WIRE))
        copy = _place(connection, _store(connection, "beta", "Deal on border aid in sight", f"BORDER TOWN - {WIRE}"))
        other = _place(connection, _store(connection, "gamma", "Smallest harvest in twenty years", OTHER))
    assert not first.joined
    assert (copy.story_id, copy.joined, _kind(copy)) == (first.story_id, True, RelationKind.COPY)
    assert (other.joined, _kind(other)) == (False, RelationKind.OTHER)
    assert other.story_id != first.story_id


@pytest.mark.parametrize(("hours", "joined"), [(71, True), (73, False)])
def test_a_story_ends_72_hours_after_its_last_article(database: Database, *, hours: int, joined: bool) -> None:
    """A copy that comes after the window begins a new story."""
    with database.write() as connection:
        _place(connection, _store(connection, "alpha", "Talks near their end", WIRE))
        late = _store(connection, "beta", "Talks near their end, sources", WIRE, at=NOW + timedelta(hours=hours))
        assert _place(connection, late).joined is joined


def test_old_and_new_documents_read_at_once_are_two_stories(database: Database) -> None:
    """A weekly notice of last month and today's, dropped into a folder together, are told apart by their dates."""
    with database.write() as connection:
        _place(connection, _store(connection, "alpha", "Weekly notice", WIRE, dated=NOW - timedelta(days=7)))
        assert not _place(connection, _store(connection, "beta", "Weekly notice of this week", WIRE, dated=NOW)).joined


def test_a_revision_stays_in_its_story_and_is_found_by_its_new_text(database: Database) -> None:
    """An article that was rewritten keeps its story; copies of the new text join it."""
    with database.write() as connection:
        first = _place(connection, _store(connection, "alpha", "Talks near their end", WIRE))
        revised = _place(connection, _store(connection, "alpha", "Talks near their end", f"{OTHER} And more."))
        copy = _place(connection, _store(connection, "beta", "Smallest harvest", OTHER))
    assert revised == Placement(story_id=first.story_id, relation=None, joined=False)
    assert (copy.story_id, copy.joined) == (first.story_id, True)


def test_a_listing_names_every_outlet_once(database: Database) -> None:
    """`stories` shows how many articles there are and which outlets carried them, earliest first."""
    with database.write() as connection:
        for hour, outlet in enumerate(("alpha", "beta", "gamma")):
            _place(connection, _store(connection, outlet, f"Talks near end, says {outlet}", WIRE, at=NOW + timedelta(hours=hour)))
        for again in range(2):
            _place(
                connection,
                _store(connection, "alpha", f"Talks near end, says alpha {again}", WIRE, at=NOW + timedelta(minutes=again)),
            )
        (story,) = stories.listing(connection, NOW, 10)
        inside = stories.members(connection, [story.id])[story.id]
    assert (story.articles, story.sources) == (5, ("alpha", "beta", "gamma"))
    assert story.last_article_at == NOW + timedelta(hours=2)
    assert [member.source for member in inside] == ["alpha", "alpha", "alpha", "beta", "gamma"]


def test_merging_is_recorded(database: Database) -> None:
    """Two stories made one: the articles are together, and the emptied story says where they went."""
    with database.write() as connection:
        first = _place(connection, _store(connection, "alpha", "Talks near their end", WIRE)).story_id
        second = _place(connection, _store(connection, "beta", "Smallest harvest", OTHER, at=NOW + timedelta(hours=1))).story_id
        stories.merge(connection, second, first)
        (story,) = stories.listing(connection)
        merged = connection.execute(select(story_table.c.merged_into).where(story_table.c.id == second)).scalar_one()
    assert (story.id, story.articles, story.last_article_at) == (first, 2, NOW + timedelta(hours=1))
    assert merged == first


def test_pruning_empties_the_index(database: Database) -> None:
    """What lies before the window leaves nothing behind; what lies in it is still found."""
    with database.write() as connection:
        _place(connection, _store(connection, "alpha", "Talks near their end", WIRE, at=NOW - timedelta(days=9)))
        kept = _store(connection, "beta", "Smallest harvest", OTHER)
        _place(connection, kept)
        keys = connection.execute(select(func.count()).select_from(statement_keys)).scalar_one()
        old = len(index_keys(read_statements(connection, [kept])[kept.id].statement))
        assert statements.prune(connection, NOW - timedelta(days=3), 1000) == 1
        assert connection.execute(select(func.count()).select_from(statement_table)).scalar_one() == 1
        assert 0 < connection.execute(select(func.count()).select_from(statement_keys)).scalar_one() <= min(keys, old)
        assert statements.prune(connection, NOW - timedelta(days=3), 1000) == 0
        assert word_statistics.prune(connection, NOW - timedelta(days=3), 1000) > 0
        assert connection.execute(select(func.min(source_passages.c.at))).scalar_one() == NOW


def test_other_words_join_only_where_that_is_wanted(database: Database) -> None:
    """Two accounts of one event in other words are one story, unless `same_event` is off."""
    for same_event in (False, True):
        with database.write() as connection:
            rules = StoriesSettings(same_event=same_event)
            first, second = (
                _place(connection, _store(connection, f"outlet {place} {same_event}", f"{STORM[place][:50]}", STORM[place]), rules)
                for place in range(2)
            )
            connection.execute(delete(statement_keys))
            connection.execute(delete(statement_table))
        assert (first.story_id == second.story_id) is same_event


def test_an_index_that_is_missing_is_made_again(database: Database) -> None:
    """After a change of its form the articles of the last days are indexed anew, and a copy finds its story."""
    with database.write() as connection:
        first = _place(connection, _store(connection, "alpha", "Talks near their end", WIRE))
        _place(connection, _store(connection, "beta", "Old harvest", OTHER, at=NOW - timedelta(days=9)))
        connection.execute(delete(statement_keys))
        connection.execute(delete(statement_table))
    assert index_missing(database, RULES, now=NOW) == 1
    assert index_missing(database, RULES, now=NOW) == 0
    with database.write() as connection:
        assert _place(connection, _store(connection, "gamma", "Deal in sight", WIRE)).story_id == first.story_id


def test_the_story_of_an_alert_is_shown_as_it_stands_now(database: Database) -> None:
    """An alert names every outlet that joined since, in whatever story its own was merged into."""
    with database.write() as connection:
        article = _store(connection, "alpha", "Talks near their end", WIRE)
        first = _place(connection, article).story_id
        _place(connection, _store(connection, "beta", "Deal in sight", WIRE))
        other = _place(connection, _store(connection, "gamma", "Smallest harvest", OTHER)).story_id
        stories.merge(connection, first, other)
        (story,) = stories.of_alerts(connection, [(first, article.id)]).values()
    record = alert_story_record(story.id, story.article_id, story.members, now=NOW)
    assert (record["id"], record["articles"], sorted(record["sources"])) == (other, 3, ["alpha", "beta", "gamma"])
    assert sorted(place["source"] for place in record["also_in"]) == ["beta", "gamma"]


def test_a_statement_that_could_not_be_stored_does_not_count_in_its_story(tmp_path: Path) -> None:
    """A worker whose transaction fails, as on a full disk, knows of the story what is stored, and not what it would have stored."""
    database, cache = Database(sqlite_url(tmp_path / "news.db")), StatementCache()

    def place_copy(outlet: str) -> Placement:
        with database.write() as connection:
            article = _store(connection, outlet, f"Talks near their end, says {outlet}", WIRE)
            return place(connection, [article], cache, now=NOW, settings=RULES)[0]

    with database.write() as connection:
        metadata.create_all(connection)
    place_copy("alpha")
    story_id = place_copy("beta").story_id
    with database.write() as connection:
        connection.execute(text("CREATE TRIGGER full BEFORE UPDATE OF profile ON stories BEGIN SELECT RAISE(ABORT, 'full'); END"))
    with pytest.raises(DatabaseError, match="full"):
        place_copy("gamma")
    with database.write() as connection:
        connection.execute(text("DROP TRIGGER full"))
    assert place_copy("gamma").story_id == story_id
    with database.read() as connection:
        assert unpack_profile(statements.profiles(connection, [story_id])[story_id]).statements == 3
    database.close()
