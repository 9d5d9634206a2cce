"""Stored articles: searched, read story by story, with the relation of each, and their pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.storage import archive, pages, relations
from monitor.storage.engine import Database
from monitor.storage.listing_filter import ListFilter
from monitor.storage.relations import StoredRelation
from monitor.storage.tables import articles as articles_table
from tests.alerting import add_story
from tests.story_scenes import add_article

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_articles_are_searched_word_by_word(database: Database) -> None:
    """Every word occurs in title or text, in whatever case, as it is written; the newest first."""
    with database.write() as connection:
        story = add_story(connection, NOW)
        titles = ("50% of the harvest", "500 tons of Harvest", "a_b", "axb")
        ids = [add_article(connection, story, "Alpha", at=NOW + timedelta(hours=n), title=title) for n, title in enumerate(titles)]
    with database.read() as connection:
        found = {
            words: [article.id for article in archive.filtered(connection, ListFilter(words=tuple(words.split())))]
            for words in ("harvest OF", "50% harvest", "a_b", "harvest drought")
        }
        recent = archive.listing(connection, since=NOW + timedelta(hours=1), limit=2)
        counts = archive.count(connection), archive.count(connection, since=NOW + timedelta(hours=1))
    assert found == {"harvest OF": [ids[1], ids[0]], "50% harvest": [ids[0]], "a_b": [ids[2]], "harvest drought": []}
    assert [article.id for article in recent] == [ids[3], ids[2]]
    assert counts == (4, 3)


def test_articles_are_read_story_by_story(database: Database) -> None:
    """Page after page without a gap or a double: the newest story first, in it the oldest article; those without a story at the end."""
    with database.write() as connection:
        stories = [add_story(connection, NOW) for _ in range(3)]
        made = [(story, add_article(connection, story, "Alpha", at=NOW)) for story in stories for _ in range(2)]
        row = {"title": "t", "source": "A", "summary": "", "text": "", "tags": [], "revision": 1, "alertable": True}
        connection.execute(insert(articles_table).values(id="0", content_hash=b"h" * 32, fetched_at=NOW, **row))
    expected: list[tuple[StoryId | None, ArticleId]] = [pair for story in reversed(stories) for pair in made if pair[0] == story]
    seen: list[tuple[StoryId | None, ArticleId]] = []
    with database.read() as connection:
        while page := archive.in_stories(connection, since=None, after=seen[-1] if seen else None, limit=3):
            seen += [(story, article) for story, article in page]
        later = archive.in_stories(connection, since=NOW + timedelta(hours=1), after=None, limit=3)
    assert seen == [*expected, (None, "0")]
    assert list(later) == []


def test_the_relation_of_an_article_replaces_that_of_its_earlier_revision(database: Database) -> None:
    """With all that was said of it; an article without one is left out."""
    with database.write() as connection:
        story = add_story(connection, NOW)
        article, other = add_article(connection, story, "Alpha"), add_article(connection, story, "Beta")
        relation = Relation(
            kind=RelationKind.DEVELOPMENT,
            story_id=story,
            nearest=other,
            changes=("12 → 14 dead",),
            evidence=("the same place", "“two more”"),
            probability=0.75,
        )
        relations.add(connection, article, story, Relation(kind=RelationKind.OTHER, maybe=story), now=NOW - timedelta(hours=1))
        relations.add(connection, article, story, relation, now=NOW)
    with database.read() as connection:
        found = relations.of_articles(connection, [article, other])
    assert found == {article: StoredRelation(article_id=article, relation=relation, at=NOW)}


def test_a_page_that_could_not_be_read_is_tried_again_when_it_is_due(database: Database) -> None:
    """Once for each time it is due, and never once it is given up."""
    later = NOW + timedelta(minutes=5)
    with database.write() as connection:
        article = add_article(connection, add_story(connection, NOW), "Alpha", at=NOW)
        pages.postpone(connection, article, tries=1, due_at=later)
        assert not pages.due(connection, NOW)
        assert pages.requeue(connection, NOW) == ()
        assert pages.due(connection, later)
        assert len(pages.requeue(connection, later)) == 1
        assert not pages.due(connection, later)
        pages.postpone(connection, article, tries=2, due_at=None)
        assert not pages.due(connection, later + timedelta(days=9))


def test_the_text_of_a_page_is_stored_unless_the_article_has_changed(database: Database) -> None:
    """A newer revision is read by its own scan."""
    with database.write() as connection:
        article_id = add_article(connection, add_story(connection, NOW), "Alpha", at=NOW)
        (article,) = archive.listing(connection)
        assert pages.store(connection, replace(article, text="The whole text.", revision=2), before=1, now=NOW)
        assert not pages.store(connection, replace(article, text="Too late.", revision=2), before=1, now=NOW)
        (stored,) = archive.listing(connection)
    assert (stored.id, stored.text, stored.revision) == (article_id, "The whole text.", 2)
