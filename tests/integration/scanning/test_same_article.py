"""An entry that a publisher lists in two of its feeds: two statements, one article for those who read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.domain.article import Entry, Origin
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Repeat, Scope, Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import alerts, archive, articles
from monitor.storage.engine import Database
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "Officials spoke of nine houses near the quay, and of a flood that came at night."
LINK = "https://paper.example/flood"


def _alerts_after(database: Database, term: Term, said: Sequence[tuple[str, str, str]]) -> list[str]:
    """Scan (feed, link, text) one after the other; return the sources of the alerts, oldest first."""
    settings = CompiledSettings.build(Settings(terms=(term,)))
    for number, (feed, link, text) in enumerate(said):
        now = NOW + timedelta(minutes=number)
        with database.write() as connection:
            entry = Entry(key=f"{feed} {link}", title="Flood in Aden", text=text, url=link)
            origin = Origin(id=feed, name=feed, url=f"https://paper.example/{feed}.xml")
            ids = articles.ingest(connection, origin, [entry], now=now, alertable=lambda _: True).scans
        scan_batch(database, settings, load_tasks(database, ids), StatementCache(), clock=VirtualClock(now))
    with database.read() as connection:
        return [one.alert.data["article"]["source"] for one in alerts.listing(connection)[::-1]]


def test_each_article_is_told_once_whichever_feed_lists_it_first(database: Database) -> None:
    """`repeat: article` tells of it once; other words under its link, or its words under another link, are told."""
    term = Term(name="flood", kind=TermKind.KEYWORD, phrases=("flood",), repeat=Repeat.ARTICLE)
    again = f"{LINK}?utm_source=rss"
    said = [
        ("world", LINK, TEXT),
        ("top", again, TEXT),
        ("local", LINK, f"{TEXT} It has gone."),
        ("other", "https://other.example/1", TEXT),
    ]
    assert _alerts_after(database, term, said) == ["world", "local", "other"]
    with database.read() as connection:
        listed = archive.listing_once(connection)
        assert [(one.source, [other.source for other in others]) for one, others in listed] == [
            ("other", []),
            ("local", []),
            ("world", ["top"]),
        ]
        assert archive.listing_once(connection, limit=2) == listed[:2]
        assert len(archive.listing(connection)) == len(said)


def test_a_feed_that_is_not_asked_for_takes_no_alert_from_one_that_is(database: Database) -> None:
    """What another feed has said first counts only if the term was told of it."""
    scope = Scope(sources=frozenset({"top"}))
    term = Term(name="flood", kind=TermKind.KEYWORD, phrases=("flood",), repeat=Repeat.ARTICLE, scope=scope)
    assert _alerts_after(database, term, [("world", LINK, TEXT), ("top", LINK, TEXT)]) == ["top"]
