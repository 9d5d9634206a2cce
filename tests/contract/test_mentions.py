"""Stored names of articles: scanned, revised, counted, filtered and forgotten with their articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ArticleId
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import EntityType, Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import alerts, archive, articles, mentions
from monitor.storage.engine import Database
from monitor.storage.listing_filter import ListFilter
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
RAFAH = Term(name="Rafah", kind=TermKind.ENTITY, type=EntityType.PLACE, phrases=("Rafah",))
FIRST = "On Monday Hanna Velk went to Rafah. Velk met the Velidian Relief Committee (VRC) in Cairo."
SECOND = "In Cairo, Hanna Velk spoke of a flood on Tuesday and asked for help."


def scan(database: Database, outlet: str, texts: Sequence[str], *, key: str = "1", at: datetime = NOW) -> tuple[ArticleId, ...]:
    """Store and scan articles of an outlet; their ids."""
    found = []
    for number, text in enumerate(texts):
        with database.write() as connection:
            entry = Entry(key=f"{key} {number}", title="A report", text=text, language="en", published_at=at)
            result = articles.ingest(connection, Origin(id=outlet, name=outlet), [entry], now=at, alertable=lambda _: True)
        compiled = CompiledSettings.build(Settings(terms=(RAFAH,)))
        tasks = load_tasks(database, result.scans)
        scan_batch(database, compiled, tasks, StatementCache(), clock=VirtualClock(at))
        found += [task.article.id for task in tasks]
    return tuple(found)


def test_an_alert_tells_all_that_were_recognised(database: Database) -> None:
    """The watched ones first and marked, then the others; the same is stored of the article."""
    (article,) = scan(database, "Alpha", [FIRST])
    expected = [
        ("Rafah", "place", 1, True),
        ("Hanna Velk", "person", 2, False),
        ("Velidian Relief Committee", "organisation", 2, False),
        ("Cairo", "place", 1, False),
    ]
    with database.read() as connection:
        (stored,) = alerts.listing(connection)
        named = mentions.of_articles(connection, [article])[article]
    told = [(one["name"], one["type"], one["count"], one["watched"]) for one in stored.alert.data["entities"]]
    assert told == expected
    assert sorted((one.name, one.type, one.count, one.watched) for one in named) == sorted(expected)


def test_names_are_counted_over_articles_and_stories(database: Database) -> None:
    """Those in most stories first, with when they were seen; by type, and by time."""
    scan(database, "Alpha", [FIRST])
    scan(database, "Beta", [SECOND], at=NOW + timedelta(hours=5))
    with database.read() as connection:
        all_names = {one.name: one for one in mentions.listing(connection)}
        persons = mentions.listing(connection, kind=EntityType.PERSON)
        late = mentions.listing(connection, since=NOW + timedelta(hours=1))
    assert [(one.name, one.stories, one.articles) for one in persons] == [("Hanna Velk", 2, 2)]
    assert (all_names["Cairo"].first_seen_at, all_names["Cairo"].last_seen_at) == (NOW, NOW + timedelta(hours=5))
    assert all_names["Rafah"].watched
    assert not all_names["Cairo"].watched
    assert {one.name for one in late} == {"Cairo", "Hanna Velk"}


def test_the_history_of_a_name(database: Database) -> None:
    """Spellings, days and company of a name."""
    scan(database, "Alpha", [FIRST])
    scan(database, "Beta", [SECOND], at=NOW + timedelta(days=1))
    with database.read() as connection:
        history = mentions.history(connection, "Hanna Velk")
        nobody = mentions.history(connection, "Nobody")
    assert history is not None
    assert history.spellings == (("Velk", 1),)
    assert history.days == ((NOW.date(), 1), (NOW.date() + timedelta(days=1), 1))
    assert history.together[0] == ("Cairo", 2)
    assert nobody is None


def test_articles_and_alerts_are_found_by_name(database: Database) -> None:
    """Only those in which a name was recognised."""
    first, second = scan(database, "Alpha", [FIRST, SECOND])
    with database.read() as connection:
        found = {name: {one.id for one in archive.listing(connection, entity=name)} for name in ("Cairo", "Rafah", "Oslo")}
        alerted = [
            len(alerts.listing(connection, alerts.AlertFilter(more=ListFilter(entities=(name,))))) for name in ("Cairo", "Oslo")
        ]
    assert found == {"Cairo": {first, second}, "Rafah": {first}, "Oslo": set()}
    assert alerted == [1, 0]


def test_a_revision_replaces_what_was_named(database: Database) -> None:
    """What an article no longer names is forgotten."""
    (article,) = scan(database, "Alpha", [FIRST])
    assert scan(database, "Alpha", ["Nothing but Oslo is left of the report."]) == (article,)
    with database.read() as connection:
        named = mentions.of_articles(connection, [article])[article]
    assert [one.name for one in named] == ["Oslo"]


def test_names_go_with_their_articles(database: Database) -> None:
    """Retention leaves no name without its article."""
    scan(database, "Alpha", [SECOND])
    with database.write() as connection:
        assert articles.prune(connection, NOW + timedelta(days=1), 100, now=NOW) == 1
        assert mentions.listing(connection) == ()
