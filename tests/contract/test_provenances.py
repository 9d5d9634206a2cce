"""Where reports come from is stored, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ArticleId, StoryId
from monitor.storage import articles, provenances, stories
from monitor.storage.engine import Connection, Database
from monitor.storage.provenances import Provenance, UnconfirmedMatch

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def begin_story(connection: Connection, key: str) -> tuple[ArticleId, StoryId]:
    """Store an article with a story of its own."""
    entry = Entry(key=key, title=key, text="text")
    (article_id,) = articles.ingest(connection, Origin(id="o", name="One"), [entry], now=NOW, alertable=lambda _: True).new
    (article,) = articles.load(connection, [article_id])
    return article_id, stories.begin(connection, article, now=NOW)


def test_a_story_knows_where_its_reports_come_from(database: Database) -> None:
    """A later revision takes the place of the earlier one."""
    with database.write() as connection:
        article_id, story_id = begin_story(connection, "a")
        for owner in ("One", "Two"):
            found = Provenance(article_id=article_id, owner=owner, agencies=("AP",), wording=b"1234", same_words_as=article_id)
            provenances.save(connection, [found])
        (member,) = stories.members(connection, [story_id])[story_id]
        assert (member.owner, member.agencies, member.same_words_as) == ("Two", ("AP",), article_id)
        assert provenances.wordings(connection, [story_id]) == {story_id: {article_id: b"1234"}}


def test_matches_wait_for_further_origins(database: Database) -> None:
    """What an earlier revision matched is forgotten, and what was merged is found in the story that it is in now."""
    with database.write() as connection:
        article_id, story_id = begin_story(connection, "a")
        _, other = begin_story(connection, "b")
        provenances.wait_for_origins(connection, article_id, ["Rafah", "truce"], NOW)
        provenances.wait_for_origins(connection, article_id, ["Rafah"], NOW)
        stories.merge(connection, story_id, other)
        assert provenances.unconfirmed(connection, story_id) == ()
        assert provenances.unconfirmed(connection, other) == (UnconfirmedMatch(article_id=article_id, term="Rafah"),)
