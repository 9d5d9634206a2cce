"""What a feed says over time, read with and without knowing its last document: the archive is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.domain.article import Entry, Origin
from monitor.domain.fingerprint import unpack_fingerprints
from monitor.parse.feed import parse_feed
from monitor.parse.feed_delta import delta_of
from monitor.parse.result import ParsedFeed
from monitor.storage.articles import ingest
from monitor.storage.engine import Database
from monitor.storage.tables import articles, metadata, revisions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://example.org/feed"
FEED = Origin(id="feed", name="Example", url=URL)


def _item(rng: random.Random) -> str:
    """Often without an identifier of its own, or with one that another item has, too."""
    title, text = (" ".join(f"word{rng.randrange(40)}" for _ in range(rng.choice(counts))) for counts in ((2, 14), (0, 3, 15)))
    guid = rng.choice(["", f"<guid isPermaLink='false'>{rng.randrange(8)}</guid>"])
    link = rng.choice(["", f"<link>/{rng.randrange(8)}</link>"])
    after = rng.choice(["", "\n", " \n", "<!-- between -->"])
    return f"<item><title>{title}</title>{link}{guid}<description>{text}</description></item>{after}"


def _history(rng: random.Random) -> Iterator[bytes]:
    """Versions of one document: items come, go, come back, are doubled, edited and turned around; the frame changes now and then."""
    items = [_item(rng) for _ in range(rng.randrange(6))]
    for number in range(12):
        for _ in range(rng.randrange(3)):
            place = rng.randrange(len(items) + 1)
            change = rng.choice(["new", "new", "gone", "doubled", "turned", "edited"])
            if change == "new":
                items.insert(place, _item(rng))
            elif change == "doubled":
                items += items[place : place + 1]
            elif change == "turned":
                rng.shuffle(items)
            else:
                items[place : place + 1] = [_item(rng)] if change == "edited" else []
        root = rng.choice(["", "", "", " xmlns:x='https://example.org/x'"])
        frame = f"<title>Example</title><lastBuildDate>{number}</lastBuildDate>"
        yield f"<rss version='2.0'{root}><channel>{frame}{''.join(items)}</channel></rss>".encode()


def _archive(polls: list[tuple[tuple[Entry, ...], datetime]]) -> list[list[tuple[Any, ...]]]:
    """Every text and its revision, as stored from these entries."""
    database = Database("sqlite://")
    with database.write() as connection:
        metadata.create_all(connection)
        for entries, now in polls:
            ingest(connection, FEED, entries, now=now, alertable=lambda _: True)
        tables = (select(table.c.title, table.c.text, table.c.revision) for table in (articles, revisions))
        stored = [sorted(tuple(row) for row in connection.execute(table)) for table in tables]
    database.close()
    return stored


@pytest.mark.parametrize("seed", range(40))
def test_knowing_the_last_document_changes_nothing_but_the_work(seed: int) -> None:
    """Whatever a feed does to its items, reading only what is new stores what reading everything stores."""
    known, with_it, without, read = b"", [], [], 0
    for number, body in enumerate(_history(random.Random(seed))):
        now = NOW + timedelta(minutes=number)
        fingerprints = unpack_fingerprints(known)
        parsed = parse_feed(body, url=URL, headers={}, now=now, known=fingerprints)
        whole = parse_feed(body, url=URL, headers={}, now=now)
        assert isinstance(parsed, ParsedFeed)
        assert isinstance(whole, ParsedFeed)
        found = delta_of(parsed, fingerprints, now)
        known = found.fingerprints or known
        with_it.append((found.feed.entries, now))
        without.append((whole.entries, now))
        read += len(whole.entries) - len(found.feed.entries)
    assert _archive(with_it) == _archive(without)
    assert read > 0
