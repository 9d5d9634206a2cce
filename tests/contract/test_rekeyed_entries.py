"""Entries of feeds under other identifiers than before, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from monitor.domain.article import Entry, Origin
from monitor.domain.fingerprint import fingerprint_of, pack_fingerprints
from monitor.storage.articles import IngestResult, ingest_all
from monitor.storage.engine import Database
from monitor.storage.ingest import IngestRequest
from monitor.storage.rekeyed_entries import UnknownEntry, find_rekeyed
from monitor.storage.tables import appearances, articles

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = Origin(id="f1", name="A", url="https://a.example/feed")


def entry(key: str, title: str = "Port closed", path: str = "1", *, hours: int = 0, text: str = "") -> Entry:
    """An entry, published so many hours after NOW."""
    return Entry(
        key=key, guid=key, title=title, text=text, url=f"https://a.example/{path}", published_at=NOW + timedelta(hours=hours)
    )


def stored(database: Database, *entries: Entry) -> IngestResult:
    """Store a document with these entries."""
    document = pack_fingerprints(map(fingerprint_of, entries))
    request = IngestRequest(origin=FEED, entries=entries, alertable=lambda _: True, document=document)
    with database.write() as connection:
        return ingest_all(connection, [request], now=NOW)[0]


def test_an_article_under_another_key_is_kept_once(database: Database) -> None:
    """With its newest key and address, and a revision only where its text changes."""
    stored(database, entry("a"))
    moved = stored(database, entry("b", path="2"))
    assert (moved.new, moved.revised, moved.rekeyed, moved.scans) == ((), (), 1, ())
    edited = stored(database, entry("c", path="2", text="What is known of it."))
    assert (len(edited.new), len(edited.revised), edited.rekeyed) == (0, 1, 1)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(appearances)).scalar_one() == 1
        assert tuple(connection.execute(select(articles.c.guid, articles.c.url)).one()) == ("c", "https://a.example/2")


def test_what_the_document_still_holds_is_another(database: Database) -> None:
    """Two items of one headline and date beside each other are two articles."""
    stored(database, entry("a"))
    assert len(stored(database, entry("a"), entry("b", path="2")).new) == 1


def test_a_headline_alone_shows_it_only_where_most_have_moved(database: Database) -> None:
    """Long headlines with dates of today: three of four move together; one alone is another article."""
    titles = [f"The harbour of the {one} city was closed today" for one in ("first", "second", "third", "fourth")]
    stored(database, *(entry(f"a{n}", title, f"a{n}") for n, title in enumerate(titles)))
    both = [entry("b0", titles[0], "b0", hours=20), *(entry(f"a{n}", titles[n], f"a{n}") for n in (1, 2, 3))]
    assert len(stored(database, *both).new) == 1
    moved = [entry(f"c{n}", title, f"c{n}", hours=40) for n, title in enumerate(titles[1:])]
    result = stored(database, *moved, entry("b0", titles[0], "b0", hours=20))
    assert (len(result.new), result.rekeyed) == (0, 3)


def test_another_origin_has_no_influence(database: Database) -> None:
    """The same article in another feed is not found, nor what comes by itself: only a whole document shows that the old key is gone."""
    stored(database, entry("a"))
    document = pack_fingerprints([fingerprint_of(entry("b"))])
    with database.read() as connection:
        assert find_rekeyed(connection, [UnknownEntry("f2", entry("b"), document, 1)], NOW) == {}
        assert find_rekeyed(connection, [UnknownEntry("f1", entry("b"), b"", 1)], NOW) == {}
        assert len(find_rekeyed(connection, [UnknownEntry("f1", entry("b"), document, 1)], NOW)) == 1
