"""What becomes of entries: new articles, further appearances, revisions. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, event, func, select, update

from monitor.domain.article import Article, Entry, Origin
from monitor.domain.fingerprint import fingerprint_of, pack_fingerprints
from monitor.storage import articles, pages
from monitor.storage.articles import IngestResult
from monitor.storage.engine import Database
from monitor.storage.ingest import MAX_REVISIONS, IngestRequest
from monitor.storage.tables import appearances, revisions, scans

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)
WORDS = "The crossing was opened in the morning and the first lorries went through before noon."


def _origin(name: str) -> Origin:
    return Origin(id=name, name=name, url=f"https://{name}.example.org/rss", language="en", tags=("world",))


def _entry(key: str = "1", text: str = WORDS, *, title: str = "Crossing opened", url: str | None = None) -> Entry:
    return Entry(key=key, title=title, text=text, url=url)


def _take(
    database: Database,
    origin: str,
    *entries: Entry,
    at: datetime = NOW,
    alertable: Callable[[Entry], bool] = lambda _: True,
) -> IngestResult:
    with database.write() as connection:
        return articles.ingest(connection, _origin(origin), entries, now=at, alertable=alertable)


def _only(database: Database, taken: IngestResult) -> Article:
    with database.read() as connection:
        (article,) = articles.load(connection, [*taken.new, *taken.revised])
        return article


def _count(database: Database, table: Table) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _queued(database: Database) -> set[tuple[Any, ...]]:
    with database.read() as connection:
        return {tuple(row) for row in connection.execute(select(scans.c.article_id, scans.c.revision))}


def test_a_new_entry_is_an_article_as_it_was_said(database: Database) -> None:
    """Everything the source said is stored, with the source's own language and tags where the entry has none or more."""
    entry = Entry(
        key="k",
        title="T\x00itle",
        text="Text",
        summary="Summary",
        url="https://news.example.org/1",
        guid="g",
        author="A. Writer",
        published_at=NOW - timedelta(hours=1),
        tags=("aid", "world"),
        image="https://news.example.org/1.jpg",
    )
    taken = _take(database, "a", entry)
    article = _only(database, taken)
    assert (article.title, article.text, article.summary, article.url) == ("T\ufffditle", "Text", "Summary", entry.url)
    assert (article.guid, article.author, article.published_at) == ("g", "A. Writer", entry.published_at)
    assert (article.source, article.feed_url, article.language) == ("a", "https://a.example.org/rss", "en")
    assert (article.tags, article.revision, article.fetched_at, article.alertable) == (("aid", "world"), 1, NOW, True)
    assert _queued(database) == {(article.id, 1)}
    assert len(taken.scans) == 1


def test_a_known_entry_costs_nothing(database: Database) -> None:
    """An entry that is still in the feed is neither stored nor scanned again."""
    _take(database, "a", _entry("1"), _entry("2", title="Another title"))
    assert _take(database, "a", _entry("1"), _entry("2", title="Another title")) == IngestResult(known=2)
    assert _take(database, "a") == IngestResult()


def test_one_key_in_two_origins_is_two_entries(database: Database) -> None:
    """A key belongs to its feed: two sites count from one upwards."""
    assert len(_take(database, "a", _entry("1", title="One")).new) == 1
    assert len(_take(database, "b", _entry("1", title="Other")).new) == 1


def test_changed_text_is_a_revision(database: Database) -> None:
    """The article gets the new text and is scanned again; the old text is kept."""
    before = _only(database, _take(database, "a", _entry()))
    taken = _take(database, "a", _entry(text="Corrected: closed."), at=NOW + timedelta(hours=1))
    after = _only(database, taken)
    assert (taken.new, taken.revised, taken.known) == ((), (before.id,), 0)
    assert (after.revision, after.text, after.fetched_at, after.updated_at) == (
        2,
        "Corrected: closed.",
        NOW,
        NOW + timedelta(hours=1),
    )
    assert _queued(database) == {(before.id, 1), (before.id, 2)}
    with database.read() as connection:
        assert articles.earlier(connection, after) == (before.title, before.text, ())
        assert articles.earlier(connection, before) is None
    assert _take(database, "a", _entry(text="Corrected: closed.")).known == 1


def test_a_text_that_goes_back_is_a_revision_too(database: Database) -> None:
    """A correction that is taken back is told again: each wording is a revision of its own."""
    _take(database, "a", _entry())
    _take(database, "a", _entry(text="Second"))
    assert _only(database, _take(database, "a", _entry())).revision == 3


def test_every_origin_speaks_for_itself(database: Database) -> None:
    """Another feed's entry under the same address, in the same words or in more of them, is an article of its own and changes no other."""
    page = "https://news.example.org/1"
    first = _take(database, "a", _entry(text="Short.", url=page))
    for origin, entry in (
        ("b", _entry(url=page)),
        ("c", _entry(text="Short.", url=f"{page}?utm_source=rss")),
        ("d", _entry(text="Roses.", url=page)),
    ):
        assert len(_take(database, origin, entry).new) == 1
    assert (_only(database, first).revision, _only(database, first).text) == (1, "Short.")


def test_what_version_0_1_attributed_to_another_source_is_never_changed_by_this_one(database: Database) -> None:
    """An appearance that an older version stored under another source's article: known while it is the same, an article of its own when it changes."""
    first = _take(database, "a", _entry())
    _take(database, "b", _entry("x", "Old."))
    with database.write() as connection:
        mine = appearances.c.origin_id == "b"
        connection.execute(update(appearances).where(mine).values(own=False, article_id=first.new[0]))
    assert _take(database, "b", _entry("x", "Old.")) == IngestResult(known=1)
    changed = _take(database, "b", _entry("x", "Quite another text, and longer than the first one ever was."))
    assert (len(changed.new), changed.revised) == (1, ())
    assert _only(database, first).text == WORDS
    assert _take(database, "b", _entry("x", "Third.")).revised == changed.new


def test_the_newest_twenty_past_texts_are_kept(database: Database) -> None:
    """A page that changes every minute does not fill the disk."""
    for number in range(MAX_REVISIONS + 5):
        taken = _take(database, "a", _entry(text=f"Number {number}"))
    article = _only(database, taken)
    assert article.revision == MAX_REVISIONS + 5
    with database.read() as connection:
        kept = connection.execute(select(revisions.c.revision).order_by(revisions.c.revision)).scalars().all()
    assert kept == list(range(5, MAX_REVISIONS + 5))


def test_one_entry_twice_in_a_batch_is_one_article(database: Database) -> None:
    """The same entry of one origin in two requests of a batch: one article, as the second says it."""
    requests = [
        IngestRequest(origin=_origin("a"), entries=[entry], alertable=lambda _: True)
        for entry in (_entry(), _entry(text="Second."))
    ]
    with database.write() as connection:
        first, second = articles.ingest_all(connection, requests, now=NOW)
    assert (len(first.new), second.new) == (1, ())
    assert (_only(database, first).revision, _only(database, first).text) == (2, "Second.")
    assert _queued(database) == {(first.new[0], 2)}


def test_the_last_of_equal_keys_counts(database: Database) -> None:
    """A key twice in one document is one entry."""
    taken = _take(database, "a", _entry("1", "First."), _entry("1", "Last."))
    assert (len(taken.new), taken.known) == (1, 1)
    assert _only(database, taken).text == "Last."


def test_what_was_there_before_us_raises_no_alert(database: Database) -> None:
    """The caller decides entry by entry what is too old to be told."""
    old, new = _entry("old", title="Old"), _entry("new", title="New")
    taken = _take(database, "a", old, new, alertable=lambda entry: entry.key == "new")
    with database.read() as connection:
        told = {article.title: article.alertable for article in articles.load(connection, taken.new)}
    assert told == {"Old": False, "New": True}


def test_a_large_batch_is_taken_whole(database: Database) -> None:
    """A thousand entries are looked up in parts and all stored; the same again brings nothing."""
    entries = [_entry(str(number), title=f"Report {number}") for number in range(1200)]
    taken = _take(database, "a", *entries)
    assert (len(taken.new), len(taken.scans), taken.known) == (1200, 1200, 0)
    changed = replace(entries[700], text="Changed.")
    again = _take(database, "a", *entries[:700], changed, *entries[701:])
    assert (again.new, len(again.revised), again.known) == ((), 1, 1199)


def test_many_feeds_are_taken_in_together(database: Database) -> None:
    """Of one batch every feed's entries are its own articles, equal keys and addresses or not; the same batch again brings nothing."""
    url = "https://x.example.org/1"
    batch = [
        ("a", [_entry("1", title="Report", url=url), _entry("2", title="Another report")]),
        ("b", [_entry("1", title="A third report"), _entry("9", title="Report", url=url, text=f"{WORDS} And more of it.")]),
        ("c", [_entry("7", title="Report", url=url)]),
        ("d", []),
    ]
    arrivals = [IngestRequest(origin=_origin(name), entries=entries, alertable=lambda _: True) for name, entries in batch]
    with database.write() as connection:
        taken = articles.ingest_all(connection, arrivals, now=NOW)
        again = articles.ingest_all(connection, arrivals, now=NOW + timedelta(minutes=1))
    assert [(len(one.new), len(one.scans), one.known) for one in taken] == [(2, 2, 0), (2, 2, 0), (1, 1, 0), (0, 0, 0)]
    assert _count(database, appearances) == 5
    assert [(one.new, one.scans) for one in again] == [((), ())] * 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_entries_are_looked_up_in_an_index(database: Database) -> None:
    """However many articles there are, SQLite reads none but those it is asked for."""
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    entries = [_entry(str(number), title=f"Report {number}") for number in range(40)]
    document = pack_fingerprints(map(fingerprint_of, entries))
    for origin in "ab":
        request = IngestRequest(origin=_origin(origin), entries=entries, alertable=lambda _: True, document=document)
        with database.write() as connection:
            articles.ingest_all(connection, [request], now=NOW)
    lookups = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(lookups) == 12
    with database.read() as connection:
        for statement in lookups:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?")).all()
            assert not [step for *_, step in plan if step.startswith(("SCAN a", "SCAN t"))], plan


def test_a_batch_that_fails_leaves_nothing(database: Database) -> None:
    """What the caller's transaction does not commit is new again."""
    with database.engine.connect() as connection:
        articles.ingest(connection, _origin("a"), [_entry()], now=NOW, alertable=lambda _: True)
        connection.rollback()
    assert _count(database, appearances) == 0
    assert len(_take(database, "a", _entry()).new) == 1


def test_two_writers_at_once_make_one_article(database: Database) -> None:
    """Two pollers bring one feed's entries at the same instant: each is stored and scanned once."""
    entries = [_entry(str(number), title=f"Report {number}", url=f"https://x.example.org/{number}") for number in range(30)]
    start = threading.Barrier(2)
    taken: list[IngestResult] = []

    def poller(origin: str, order: list[Entry]) -> None:
        start.wait(10)
        taken.extend(_take(database, origin, entry) for entry in order)

    threads = [threading.Thread(target=poller, args=args) for args in (("a", entries), ("a", entries[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(taken) == 60
    assert len({article for one in taken for article in one.new}) == sum(len(one.new) for one in taken) == 30
    assert len(_queued(database)) == 30
    assert _count(database, appearances) == 30


def test_the_text_of_a_page_and_a_new_text_of_the_feed_at_once(database: Database) -> None:
    """While one transaction stores the page, the other waits and takes the next revision: every text is kept, under a number of its own."""
    article = _only(database, _take(database, "a", _entry()))
    page = replace(article, text="The whole page, which is longer.", revision=2)
    ingesting = threading.Thread(target=_take, args=(database, "a", _entry(text=f"{WORDS} Corrected.")))
    with database.write() as connection:
        assert pages.store(connection, page, before=1, now=NOW)
        ingesting.start()
        ingesting.join(0.2)
    ingesting.join(20)
    with database.read() as connection:
        (stored,) = articles.load(connection, [article.id])
        kept = connection.execute(select(revisions.c.revision, revisions.c.text).order_by(revisions.c.revision)).all()
    assert (stored.revision, stored.text) == (3, f"{WORDS} Corrected.")
    assert [tuple(row) for row in kept] == [(1, WORDS), (2, page.text)]
