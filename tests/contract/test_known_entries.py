"""Entries under an identifier that several articles use, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.article import Entry, Origin
from monitor.storage.articles import ingest
from monitor.storage.engine import Database
from monitor.storage.known_entries import known_entries

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = Origin(id="f1", name="A", url="https://a.example/feed")
FOLDER = Origin(id="in/", name="A folder")


def entry(number: int, *, key: str = "latest", guid: str = "latest") -> Entry:
    """News number so and so, an hour after the one before."""
    titles = ("Quake hits the coast", "Bakery wins a prize", "Tram line opens")
    at = NOW + timedelta(hours=number)
    return Entry(key=key, guid=guid, title=titles[number], text="", url=f"https://a.example/{number}", published_at=at)


def stored(database: Database, origin: Origin, *entries: Entry) -> tuple[int, int]:
    """How many articles are new and how many revised, once these entries are stored."""
    with database.write() as connection:
        result = ingest(connection, origin, entries, now=NOW, alertable=lambda _: True)
    return len(result.new), len(result.revised)


def test_one_identifier_for_all_news(database: Database) -> None:
    """Each news is an article of its own, once, also when an earlier one comes back."""
    assert [stored(database, FEED, entry(number)) for number in (0, 1, 2, 1, 0)] == [(1, 0), (1, 0), (1, 0), (0, 0), (0, 0)]
    with database.read() as connection:
        ((known,), places) = known_entries(connection, [(FEED, [entry(1)])])
    assert [one.key for one in known] == ["latest https://a.example/1"]
    assert (FEED.id, known[0].identity) in places


def test_an_identifier_that_a_later_entry_uses_too(database: Database) -> None:
    """Once both are in the document, the earlier one is what it was, and the later one is new; alone again, it is known."""
    assert stored(database, FEED, entry(0)) == (1, 0)
    both = [entry(number, key=f"latest https://a.example/{number}") for number in (1, 0)]
    assert stored(database, FEED, *both) == (1, 0)
    assert stored(database, FEED, *both) == (0, 0)
    assert stored(database, FEED, entry(1)) == (0, 0)


def test_a_document_of_a_folder_is_what_its_name_says(database: Database) -> None:
    """A file that says something else now is the same file."""
    assert stored(database, FOLDER, entry(0)) == (1, 0)
    assert stored(database, FOLDER, entry(1)) == (0, 1)
