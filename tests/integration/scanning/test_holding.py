"""What scanning holds back, on every database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.domain.alert import HoldState
from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ScanId
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Severity, Term, TermKind
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from monitor.storage import alerts, articles, silences
from monitor.storage.alerts import StoredAlert
from monitor.storage.engine import Database
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FEED = "https://example.org/rss.xml"
PLACES = ("Aden", "Bergen", "Cusco", "Delft", "Essen", "Faro", "Genoa")


def scan(
    database: Database, settings: Settings, places: Sequence[str], *, now: datetime, feed: str = FEED
) -> tuple[StoredAlert, ...]:
    """Scan a report on a flood in each of the places; return all alerts, oldest first."""
    ids: list[ScanId] = []
    with database.write() as connection:
        for place in places:
            text = f"{place} counts its boats. Officials in {place} spoke of {len(place) * ord(place[0])} houses near the {place} quay."
            entry = Entry(key=f"{feed} {place}", title=f"Flood in {place}", text=text, url=f"https://example.org/{place}")
            origin = Origin(id=feed, name="Example", url=feed)
            ids += articles.ingest(connection, origin, [entry], now=now, alertable=lambda _: True).scans
    scan_batch(database, CompiledSettings.build(settings), load_tasks(database, ids), StatementCache(), clock=VirtualClock(now))
    with database.read() as connection:
        return alerts.listing(connection)[::-1]


def test_more_than_the_budget_of_a_feed_is_held_until_the_hour_ends(database: Database) -> None:
    """The next hour has a budget of its own; what comes from elsewhere has none."""
    flood = Term(name="flood", kind=TermKind.KEYWORD, phrases=("flood",))
    settings = Settings(terms=(flood,), feeds=(FeedSettings(url=FEED, budget=2),))
    found = scan(database, settings, PLACES[:3], now=NOW)
    assert sorted(str(one.alert.suppressed) for one in found) == ["None", "None", "budget"]
    found = scan(database, settings, PLACES[3:4], now=NOW + MINUTE)
    assert found[-1].hold == HoldState(until=NOW + 40 * MINUTE, reported_at=None)
    found = scan(database, settings, PLACES[4:5], now=NOW + 40 * MINUTE)
    assert found[-1].alert.suppressed is None
    found = scan(database, settings, PLACES[5:7], now=NOW + 41 * MINUTE, feed="https://elsewhere.example/")
    assert [one.alert.suppressed for one in found[-2:]] == [None, None]


def test_the_most_severe_alerts_of_an_article_use_the_budget_first(database: Database) -> None:
    """One article may fire many terms."""
    terms = tuple(
        Term(name=name, kind=TermKind.KEYWORD, phrases=(name,), severity=severity)
        for name, severity in (("flood", Severity.LOW), ("boats", Severity.HIGH), ("quay", Severity.MEDIUM))
    )
    settings = Settings(terms=terms, feeds=(FeedSettings(url=FEED, budget=1),))
    found = scan(database, settings, PLACES[:1], now=NOW)
    assert {one.alert.term for one in found if one.alert.suppressed is None} == {"boats"}


def test_an_alert_knows_until_when_it_is_held(database: Database) -> None:
    """The end of the cooldown; the end of a silence, if that is later."""
    flood = Term(name="flood", kind=TermKind.KEYWORD, phrases=("flood",), cooldown=10 * MINUTE)
    settings = Settings(terms=(flood,))
    scan(database, settings, PLACES[:1], now=NOW)
    found = scan(database, settings, PLACES[1:2], now=NOW + MINUTE)
    assert (found[-1].alert.suppressed, found[-1].hold) == ("cooldown", HoldState(until=NOW + 10 * MINUTE, reported_at=None))
    with database.write() as connection:
        silences.add(connection, term="flood", until=NOW + 30 * MINUTE, now=NOW + MINUTE)
    found = scan(database, settings, PLACES[2:3], now=NOW + 2 * MINUTE)
    assert (found[-1].alert.suppressed, found[-1].hold) == ("silenced", HoldState(until=NOW + 30 * MINUTE, reported_at=None))
