"""How many independent origins a story has, and terms that wait for the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ScanId
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Scope, Term, TermKind
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.storage import alerts, articles
from monitor.storage.alerts import StoredAlert
from monitor.storage.engine import Database
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TITLE = "Ferry sinks off Kalmar harbour"
TEXT = (
    "A passenger ferry with ninety people aboard capsized near Kalmar harbour early on Sunday. Coastguard vessels pulled survivors from the "
    "freezing water throughout the morning. Investigators suspect shifting cargo, according to harbourmaster Greta Lindqvist. Relatives "
    "gathered outside the municipal gymnasium waiting for information. Operators suspended departures across the archipelago."
)
OWN = (
    "Kalmar harbour: the passenger ferry that sank early on Sunday had ninety people aboard, rescuers say. Harbourmaster Greta Lindqvist "
    "told us that the coastguard went on searching the freezing sea near Kalmar. Departures are suspended."
)
SINGLE = Term(name="ferry", kind=TermKind.KEYWORD, phrases=("ferry",))
CONFIRMED = Term(name="capsized", kind=TermKind.KEYWORD, phrases=("capsized",), scope=Scope(origins=2))


def scan(
    database: Database, settings: Settings, outlet: str, text: str, *, after: int = 0, title: str = TITLE
) -> tuple[StoredAlert, ...]:
    """Scan a report of an outlet, `after` minutes; return all alerts, oldest first."""
    now, feed = NOW + after * MINUTE, f"https://{outlet}.example/rss"
    entry = Entry(key=outlet, title=title, text=text, url=f"https://{outlet}.example/1", published_at=now)
    ids: tuple[ScanId, ...]
    with database.write() as connection:
        origin = Origin(id=feed, name=outlet, url=feed, language="en")
        ids = articles.ingest(connection, origin, [entry], now=now, alertable=lambda _: True).scans
    scan_batch(database, CompiledSettings.build(settings), load_tasks(database, ids), StatementCache(), clock=VirtualClock(now))
    with database.read() as connection:
        return alerts.listing(connection)[::-1]


def test_clients_of_an_agency_are_one_origin_and_an_own_report_is_another(database: Database) -> None:
    """As the story is read later; at the first alert there was one."""
    settings = Settings(terms=(SINGLE,), feeds=tuple(FeedSettings(url=f"https://{one}.example/rss") for one in ("one", "two")))
    scan(database, settings, "one", f"KALMAR (AP) — {TEXT}")
    (found,) = scan(database, settings, "two", TEXT[:300], after=3)
    assert found.story is not None
    assert [origin.name for origin in found.story.origins] == ["AP"]
    (found,) = scan(database, settings, "three", OWN, after=9)
    assert found.story is not None
    assert [origin.name for origin in found.story.origins] == ["AP", "three.example"]
    assert found.alert.data["story"]["origins"] == 1


def test_a_family_is_one_origin(database: Database) -> None:
    """As `family` of the feeds says."""
    feeds = tuple(FeedSettings(url=f"https://{one}.example/rss", family="Example Media") for one in ("one", "two"))
    settings = Settings(terms=(SINGLE,), feeds=feeds)
    scan(database, settings, "one", TEXT)
    (found,) = scan(database, settings, "two", OWN, after=3)
    assert found.story is not None
    assert [origin.name for origin in found.story.origins] == ["Example Media"]


def test_a_term_waits_for_the_second_origin(database: Database) -> None:
    """A copy is none. The report that confirms raises the alert on the article that matches."""
    settings = Settings(terms=(CONFIRMED,))
    assert scan(database, settings, "one", TEXT) == ()
    assert scan(database, settings, "two", TEXT, after=3) == ()
    (found,) = scan(database, settings, "three", OWN, after=9)
    assert found.alert.data["article"]["source"] == "one"
    assert found.alert.data["matches"][0]["text"] == "capsized"
    assert found.alert.created_at == NOW + 9 * MINUTE
    assert found.alert.data["story"]["second_origin_after_s"] == 540.0
    assert len(scan(database, settings, "four", TEXT, after=12)) == 1


def test_the_report_that_confirms_is_told_if_it_matches(database: Database) -> None:
    """It is the newer one, and there is one alert for the story."""
    settings = Settings(terms=(CONFIRMED,))
    scan(database, settings, "one", TEXT)
    (found,) = scan(database, settings, "three", f"{OWN} It capsized.", after=9)
    assert found.alert.data["article"]["source"] == "three"
    assert found.alert.data["story"]["origin_names"] == ["one.example", "three.example"]
