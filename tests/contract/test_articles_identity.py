"""When entries are one article and when they are not, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.article import Entry, Origin
from monitor.storage import articles
from monitor.storage.engine import Database

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
PAGE = "https://news.example.org/live"


def _origin(name: str) -> Origin:
    return Origin(id=name, name=name, url=f"https://{name}.example.org/rss")


def _entry(number: int, url: str | None = PAGE) -> Entry:
    return Entry(
        key=f"k{number}", title=f"Update {number}", text=f"At hour {number} something else was reported from there.", url=url
    )


def _new(database: Database, origin: str, *entries: Entry) -> int:
    """How many of the entries are new articles to scan."""
    with database.write() as connection:
        stored = articles.ingest(connection, _origin(origin), entries, now=NOW, alertable=lambda _: True)
    assert len(stored.scans) == len(stored.new) + len(stored.revised)
    return len(stored.new)


def test_updates_on_one_page_are_articles_of_their_own(database: Database) -> None:
    """A live page's entries share its address; each is stored and scanned, also those that come later."""
    assert _new(database, "a", _entry(1), _entry(2), _entry(3)) == 3
    assert _new(database, "a", _entry(4), _entry(1)) == 1


def test_another_feeds_live_page_does_not_swallow_updates(database: Database) -> None:
    """One outlet's single article under the address does not take another outlet's updates in."""
    assert _new(database, "a", _entry(1)) == 1
    assert _new(database, "b", _entry(11), _entry(12)) == 2


def test_the_same_address_in_two_feeds_is_two_statements(database: Database) -> None:
    """What another feed says under an address, tracking parameters aside, hides nothing: each is stored and scanned."""
    assert _new(database, "a", _entry(1, f"{PAGE}/1")) == 1
    assert _new(database, "b", _entry(1, f"{PAGE}/1?utm_source=rss")) == 1
