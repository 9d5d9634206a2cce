"""Stories and sketches behave the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from monitor.domain.article import Article, Entry, Origin
from monitor.domain.story import alert_story_record
from monitor.settings.model import StoriesSettings
from monitor.storage import articles, sketches, stories
from monitor.storage.engine import Database
from monitor.storage.tables import sketch_keys
from monitor.storage.tables import sketches as sketch_table
from monitor.storage.tables import stories as story_table
from workers.scanning.assign_story import Assignment, assign_story, merge_same_event
from workers.stories.near_duplicates import features_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = StoriesSettings(same_event=False)
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


def _store(
    connection: Connection, outlet: str, title: str, text: str, *, at: datetime = NOW, dated: datetime | None = None
) -> Article:
    origin = Origin(id=outlet, name=outlet, url=f"https://{outlet}.test/feed")
    entry = Entry(key=title, title=title, text=text, url=f"https://{outlet}.test/{abs(hash(title))}", published_at=dated)
    taken = articles.ingest(connection, origin, [entry], now=at, alertable=lambda _: True)
    (article,) = articles.load(connection, taken.new or taken.revised)
    return article


def _assign(connection: Connection, article: Article, rules: StoriesSettings = RULES) -> Assignment:
    return assign_story(connection, article, features_of(article), now=article.fetched_at, settings=rules)


def test_a_copy_joins_and_another_report_does_not(database: Database) -> None:
    """A wire copy under another headline is in the story of the first; other news begins its own."""
    with database.write() as connection:
        first = _assign(connection, _store(connection, "alpha", "Talks near their end", WIRE))
        copy = _assign(connection, _store(connection, "beta", "Deal on border aid in sight", f"BORDER TOWN - {WIRE}"))
        other = _assign(connection, _store(connection, "gamma", "Smallest harvest in twenty years", OTHER))
    assert not first.joined
    assert copy == Assignment(story_id=first.story_id, joined=True)
    assert other.story_id != first.story_id
    assert not other.joined


@pytest.mark.parametrize(("hours", "joined"), [(71, True), (73, False)])
def test_a_story_ends_72_hours_after_its_last_article(database: Database, *, hours: int, joined: bool) -> None:
    """A copy that comes after the window begins a new story."""
    with database.write() as connection:
        _assign(connection, _store(connection, "alpha", "Talks near their end", WIRE))
        late = _store(connection, "beta", "Talks near their end, sources", WIRE, at=NOW + timedelta(hours=hours))
        assert _assign(connection, late).joined is joined


def test_old_and_new_documents_read_at_once_are_two_stories(database: Database) -> None:
    """A weekly notice of last month and today's, dropped into a folder together, are told apart by their dates."""
    with database.write() as connection:
        _assign(connection, _store(connection, "alpha", "Weekly notice", WIRE, dated=NOW - timedelta(days=7)))
        assert not _assign(connection, _store(connection, "beta", "Weekly notice of this week", WIRE, dated=NOW)).joined


def test_a_revision_stays_in_its_story_and_is_found_by_its_new_text(database: Database) -> None:
    """An article that was rewritten keeps its story; copies of the new text join it."""
    with database.write() as connection:
        first = _assign(connection, _store(connection, "alpha", "Talks near their end", WIRE))
        revised = _assign(connection, _store(connection, "alpha", "Talks near their end", f"{OTHER} And more."))
        copy = _assign(connection, _store(connection, "beta", "Smallest harvest", OTHER))
    assert revised == Assignment(story_id=first.story_id, joined=False)
    assert copy == Assignment(story_id=first.story_id, joined=True)


def test_a_listing_names_every_outlet_once(database: Database) -> None:
    """`stories` shows how many carried it and where, exact duplicates included."""
    with database.write() as connection:
        for hour, outlet in enumerate(("alpha", "beta", "gamma")):
            _assign(connection, _store(connection, outlet, f"Talks near end, says {outlet}", WIRE, at=NOW + timedelta(hours=hour)))
        origin = Origin(id="delta", name="delta")
        entry = Entry(key="1", title="Talks near end, says alpha", text=WIRE, url="https://delta.test/1")
        articles.ingest(connection, origin, [entry], now=NOW + timedelta(hours=4), alertable=lambda _: True)
        (story,) = stories.listing(connection, NOW, 10)
        inside = stories.members(connection, [story.id])[story.id]
    assert (story.articles, story.sources) == (4, ("alpha", "beta", "gamma", "delta"))
    assert story.last_article_at == NOW + timedelta(hours=2)
    assert [(member.source, member.url) for member in inside][-1] == ("delta", "https://delta.test/1")


def test_merging_is_recorded(database: Database) -> None:
    """Two stories made one: the articles are together, and the emptied story says where they went."""
    with database.write() as connection:
        first = _assign(connection, _store(connection, "alpha", "Talks near their end", WIRE)).story_id
        second = _assign(connection, _store(connection, "beta", "Smallest harvest", OTHER, at=NOW + timedelta(hours=1))).story_id
        stories.merge(connection, second, first)
        (story,) = stories.listing(connection)
        merged = connection.execute(select(story_table.c.merged_into).where(story_table.c.id == second)).scalar_one()
    assert (story.id, story.articles, story.last_article_at) == (first, 2, NOW + timedelta(hours=1))
    assert merged == first


def test_pruning_empties_the_index(database: Database) -> None:
    """What lies before the window leaves nothing behind; what lies in it is still found."""
    with database.write() as connection:
        _assign(connection, _store(connection, "alpha", "Talks near their end", WIRE, at=NOW - timedelta(days=9)))
        _assign(connection, _store(connection, "beta", "Smallest harvest", OTHER))
        kept = len(features_of(_store(connection, "gamma", "Smallest harvest", f"{OTHER} More.")).keys)
        assert sketches.prune(connection, NOW - timedelta(days=3), 1000) == 1
        assert connection.execute(select(func.count()).select_from(sketch_table)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(sketch_keys)).scalar_one() == kept
        assert sketches.prune(connection, NOW - timedelta(days=3), 1000) == 0


def test_stories_of_one_event_are_merged_later(database: Database) -> None:
    """Two accounts in other words are two stories at first; the merge keeps the record, and a copy of either joins the one."""
    accounts = (
        "Storm Alma tore roofs from 40 houses in Porto Velo on Friday, the mayor Rita Campos said, and cut off power to the island.",
        "Power failed on the island after Alma, a storm, hit Porto Velo on Friday; mayor Rita Campos counted 40 houses without a roof.",
    )
    others = [*WIRE.split(". "), *OTHER.split(". ")]
    with database.write() as connection:
        first, second, *_ = [
            _assign(connection, _store(connection, f"outlet {place}", f"Report {place}", text)).story_id
            for place, text in enumerate([*accounts, *others])
        ]
    assert first != second
    assert merge_same_event(database, StoriesSettings(same_event=False), now=NOW) == 0
    assert merge_same_event(database, StoriesSettings(), now=NOW) == 1
    assert merge_same_event(database, StoriesSettings(), now=NOW) == 0
    with database.write() as connection:
        merged = connection.execute(select(story_table.c.merged_into).where(story_table.c.id == second)).scalar_one()
        copy = _assign(connection, _store(connection, "late", "Late report", f"{accounts[1]} More soon."))
    assert (merged, copy) == (first, Assignment(story_id=first, joined=True))


def test_the_story_of_an_alert_is_shown_as_it_stands_now(database: Database) -> None:
    """An alert names every outlet that joined since, in whatever story its own was merged into."""
    with database.write() as connection:
        article = _store(connection, "alpha", "Talks near their end", WIRE)
        first = _assign(connection, article).story_id
        _assign(connection, _store(connection, "beta", "Deal in sight", WIRE))
        other = _assign(connection, _store(connection, "gamma", "Smallest harvest", OTHER)).story_id
        stories.merge(connection, first, other)
        (story,) = stories.of_alerts(connection, [(first, article.id)]).values()
    record = alert_story_record(story.id, story.article_id, story.members)
    assert (record["id"], record["articles"], record["sources"]) == (other, 3, ["alpha", "beta", "gamma"])
    assert [place["source"] for place in record["also_in"]] == ["beta", "gamma"]
