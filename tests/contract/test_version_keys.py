"""Identifiers of an article's versions, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.article import Entry, Origin
from monitor.storage import articles, version_keys
from monitor.storage.engine import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = Origin(id="desk", name="desk")


def taken(database: Database, key: str, *versions: str) -> tuple[int, int]:
    """How many articles are new and how many revised by a message."""
    entry = Entry(key=key, title=f"Message {versions[0]}", text=f"What {versions[0]} says.", versions=versions)
    with database.write() as connection:
        stored = articles.ingest(connection, ORIGIN, [entry], now=NOW, alertable=lambda _: True)
    return len(stored.new), len(stored.revised)


def test_a_message_revises_what_it_names(database: Database) -> None:
    """The first, one in the middle, or several of which only one came; another origin's are its own."""
    assert taken(database, "a", "a") == (1, 0)
    assert taken(database, "a", "b", "a") == (0, 1)
    assert taken(database, "b", "c", "b") == (0, 1)
    assert taken(database, "never", "d", "c", "never") == (0, 1)
    assert taken(database, "x", "x") == (1, 0)
    with database.read() as connection:
        entry = Entry(key="c", title="", text="", versions=("c",))
        assert len(version_keys.find(connection, [("desk", entry)])) == 1
        assert version_keys.find(connection, [("other", entry)]) == {}
        assert articles.find_by_entry(connection, ORIGIN, entry) is not None
