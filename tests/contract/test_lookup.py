"""What is stored of a link is found on every database, in whatever form the link is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ArticleId
from monitor.storage import articles, lookup
from monitor.storage.engine import Connection, Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _store(connection: Connection, outlet: str, url: str, *, guid: str | None = None, minute: int = 0) -> ArticleId:
    entry = Entry(key=url, title="t", text="x", url=url, guid=guid)
    at = NOW + timedelta(minutes=minute)
    taken = articles.ingest(connection, Origin(id=outlet, name=outlet), [entry], now=at, alertable=lambda _: True)
    return taken.new[0]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("https://www.Example.org/World/a?utm_source=rss&b=1&a=2", "http://example.org/World/a/?a=2&b=1#x"),
        ("https://example.org/caf\u00e9/terrasse", "https://example.org/caf%C3%A9/terrasse"),
        ("https://example.org/\u0631\u0641\u062d", "https://www.example.org/%D8%B1%D9%81%D8%AD"),
        ("https://m\u00fcnchen.de/abend", "https://xn--mnchen-3ya.de/abend"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/world/story", "https://example.org/world/story"),
        ("https://example.org/", "http://www.example.org"),
        ("tag:example.org,2026:1", "tag:example.org,2026:1"),
    ],
)
def test_every_form_of_a_link_is_found(database: Database, stored: str, asked: str) -> None:
    """Case of the host, order of parameters, escapes, names of two spellings, AMP."""
    with database.write() as connection:
        wanted = _store(connection, "alpha", stored)
        _store(connection, "alpha", "https://example.org/world/another")
        assert [one.id for one in lookup.by_link(connection, asked, 10)] == [wanted]


def test_a_link_is_found_under_every_source(database: Database) -> None:
    """Each source's own article, oldest first; and by guid."""
    with database.write() as connection:
        later = _store(connection, "beta", "https://example.org/a_b%25", minute=1)
        first = _store(connection, "alpha", "https://example.org/a_b%25", guid="urn:1")
        assert [one.id for one in lookup.by_link(connection, "https://example.org/a_b%25", 10)] == [first, later]
        assert [one.id for one in lookup.by_link(connection, "urn:1", 10)] == [first]
        assert lookup.by_link(connection, "https://example.org/axb%25", 10) == ()
        assert lookup.by_link(connection, "%", 10) == ()


def test_the_sources_of_a_site_are_counted(database: Database) -> None:
    """Those with most links to it first; a host whose name only ends alike is another."""
    with database.write() as connection:
        for number in range(2):
            _store(connection, "beta", f"https://www.example.org/{number}", minute=number)
        _store(connection, "alpha", "https://example.org/x")
        _store(connection, "gamma", "https://notexample.org/x")
        found = lookup.sources_of_site(connection, "example.org", 10)
    assert [(one.source, one.articles) for one in found] == [("beta", 2), ("alpha", 1)]
    assert found[0].last_fetched_at == NOW + timedelta(minutes=1)
