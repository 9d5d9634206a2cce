"""What is kept of entries whose articles retention has deleted, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from monitor.domain.article import Entry, Origin
from monitor.domain.fingerprint import fingerprint_of, pack_fingerprints
from monitor.settings.feeds import FeedSettings
from monitor.storage import articles, feeds, scans, tombstones
from monitor.storage.articles import IngestResult
from monitor.storage.engine import Database
from monitor.storage.ingest import IngestRequest
from monitor.storage.tables import feeds as feed_rows
from monitor.storage.tables import tombstones as rows

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=100)
URL = "https://a.example/feed"


def entry(number: int, key: str = "k{}", title: str = "Piece {} of an archive", at: datetime | None = None) -> Entry:
    """An entry without a date, unless one is given."""
    return Entry(key=key.format(number), guid=key.format(number), title=title.format(number), text="", published_at=at)


def taken(database: Database, *entries: Entry, now: datetime, news: bool = True) -> IngestResult:
    """Store a document of the feed."""
    with database.write() as connection:
        feeds.sync(connection, [FeedSettings(url=URL)], now)
        (feed,) = feeds.list_feeds(connection)
        origin = Origin(id=feed.id, name="A", url=URL)
        document = pack_fingerprints(map(fingerprint_of, entries))
        request = IngestRequest(origin=origin, entries=entries, alertable=lambda _: news, document=document)
        (found,) = articles.ingest_all(connection, [request], now=now)
        scans.finish(connection, found.scans)
    return found


def deleted(database: Database, now: datetime) -> int:
    """Delete all articles, as retention does."""
    with database.write() as connection:
        return articles.prune(connection, now, 1000, now=now)


def kept(database: Database) -> int:
    """How many tombstones there are."""
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(rows)).scalar_one()


def test_a_deleted_article_is_known(database: Database) -> None:
    """By its key, or by its headline and words under another key, which is then its key."""
    assert len(taken(database, *map(entry, range(3)), now=NOW).new) == 3
    assert deleted(database, LATER) == 3
    assert taken(database, *map(entry, range(3)), now=LATER).new == ()
    assert taken(database, *(entry(number, "moved/{}") for number in range(3)), now=LATER).new == ()
    assert taken(database, *(entry(number, "moved/{}") for number in range(3)), now=LATER).new == ()
    assert kept(database) == 3


def test_news_under_the_identifier_of_a_deleted_article(database: Database) -> None:
    """Another headline or, if it is no archive, another text of today is an article."""
    taken(database, entry(1), entry(2, at=NOW), entry(3), now=NOW)
    deleted(database, LATER)
    edited = Entry(key="k3", guid="k3", title="Piece 3 of an archive", text="Another text.")
    assert taken(database, edited, now=LATER).new == ()
    assert len(taken(database, entry(1, title="Something else {}"), now=LATER).new) == 1
    today = Entry(key="k2", guid="k2", title="Piece 2 of an archive", text="Of today.", published_at=LATER)
    assert len(taken(database, today, now=LATER).new) == 1


def test_tombstones_go_when_the_feed_shows_the_entry_no_more(database: Database) -> None:
    """Two weeks later; while the last document has the entry, it stays however long."""
    shown = [entry(number) for number in range(5)]
    taken(database, *shown, now=NOW)
    deleted(database, LATER)
    with database.write() as connection:
        imprints = pack_fingerprints(map(fingerprint_of, shown[:2]))
        connection.execute(update(feed_rows).values(imprints=imprints))
        assert tombstones.prune(connection, LATER, 100) == 0
        assert tombstones.prune(connection, LATER + timedelta(seconds=1), 2) == 2
        assert tombstones.prune(connection, LATER + timedelta(days=500), 100) == 1
    assert kept(database) == 2


def test_tombstones_of_a_long_document_stay(database: Database) -> None:
    """Of which only a sample of the entries is known; those that it has shown since do not go by their age."""
    shown = [entry(number) for number in range(420)]
    gone = entry(1000)
    taken(database, *shown, gone, now=NOW)
    deleted(database, LATER)
    with database.write() as connection:
        connection.execute(update(feed_rows).values(imprints=pack_fingerprints(map(fingerprint_of, shown))))
    at = LATER + timedelta(days=30)
    assert taken(database, *shown, now=at).new == ()
    with database.write() as connection:
        assert tombstones.prune(connection, at + timedelta(days=500), 1000) == 1
    assert kept(database) == 420


def test_documents_of_a_folder_leave_no_tombstones(database: Database) -> None:
    """A file that is written again is read again."""
    with database.write() as connection:
        origin = Origin(id="in/", name="A folder")
        scans.finish(connection, articles.ingest(connection, origin, [entry(1)], now=NOW, alertable=lambda _: True).scans)
    assert deleted(database, LATER) == 1
    assert kept(database) == 0
