"""Recognizing entries changes nothing but the time: a document says the same, whatever of it was read before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.fingerprint import Fingerprint, fingerprint_of, unpack_fingerprints
from monitor.parse import fast_feed
from monitor.parse.feed import parse_feed
from monitor.parse.feed_delta import FeedDelta, delta_of
from monitor.parse.items import FeedDocument
from monitor.parse.lru_cache import LruCache, key_function
from monitor.parse.result import ParsedFeed
from tests.recorded import URL, recorded_feeds

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ONE = "<item><title>One</title><link>/1</link><x:creator>Jo</x:creator><description>a</description></item>"
TWO = "<item><title>Two</title><link>/2</link></item>"
THREE = "<item><title>Three</title><link>/3</link></item>"
NEW = "<item><title>New</title><link>/n</link></item>"
_ITEM = re.compile(rb"<(item|entry)[\s>].*?</\1>", re.DOTALL)


def _feed(*items: str, root: str = 'xmlns:x="http://purl.org/dc/elements/1.1/"') -> bytes:
    return f"<rss version='2.0' {root}><channel><title>News</title>{''.join(items)}</channel></rss>".encode()


def _without_each_second(body: bytes) -> bytes:
    count = iter(range(10_000))
    return _ITEM.sub(lambda item: b"" if next(count) % 2 else item[0], body)


def _read(
    body: bytes, known: Iterable[Fingerprint] = (), *, url: str = URL, headers: dict[str, str] | None = None
) -> FeedDelta | None:
    known = tuple(known)
    parsed = parse_feed(body, url=url, headers=headers or {}, now=NOW, known=known)
    return delta_of(parsed, known, NOW) if isinstance(parsed, ParsedFeed) else None


def _assert_alike(known: Iterable[Fingerprint], body: bytes, **where: Any) -> int:
    """Read with `known` fingerprints, `body` says what it says without them. Return how many entries were recognized."""
    return _assert_as_alone(_read(body, **where), known, body, **where)


def _assert_as_alone(alone: FeedDelta | None, known: Iterable[Fingerprint], body: bytes, **where: Any) -> int:
    known = tuple(known)
    again = _read(body, known, **where)
    if alone is None or again is None:
        assert alone is again
        return 0
    stored = {one[:2] for one in known}
    assert again.fingerprints == alone.fingerprints
    assert (again.size, again.oldest, again.newest) == (alone.size, alone.oldest, alone.newest)
    assert again.feed.entries == tuple(entry for entry in alone.feed.entries if fingerprint_of(entry)[:2] not in stored)
    assert (again.feed.title, again.feed.link, again.feed.hints) == (alone.feed.title, alone.feed.link, alone.feed.hints)
    how: dict[str, Any] = {"url": URL, "headers": {}, **where}
    parsed = parse_feed(body, now=NOW, known=known, **how)
    assert isinstance(parsed, ParsedFeed)
    return len(parsed.recognized)


def test_recorded_feeds_are_read_alike_where_they_are_known(corpora: Path) -> None:
    """After a version with half of the items, and after itself, each feed is what it is on its own."""
    recognized = 0
    for body, url, headers in recorded_feeds(corpora):
        alone = _read(body, url=url, headers=headers)
        for first in (_read(_without_each_second(body), url=url, headers=headers), alone):
            known = unpack_fingerprints(first.fingerprints) if first is not None else ()
            recognized += _assert_as_alone(alone, known, body, url=url, headers=headers)
    assert recognized > 1000


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"body": _feed(ONE, TWO)}, {"url": "https://example.org/other/feed.xml"}),
        ({"body": _feed(ONE, TWO)}, {"body": _feed(ONE, TWO, root="")}),
        ({"body": _feed(ONE, TWO)}, {"body": _feed(ONE, TWO, root='xmlns:x="http://search.yahoo.com/mrss/"')}),
        ({"body": _feed(ONE, TWO)}, {"body": _feed(ONE, TWO, root='xml:base="/b/" xmlns:x="http://purl.org/dc/elements/1.1/"')}),
        ({"body": _feed(ONE, TWO)}, {"body": _feed(ONE, TWO, root='xml:lang="he" xmlns:x="http://purl.org/dc/elements/1.1/"')}),
        ({"body": _feed(ONE, TWO)}, {"headers": {"content-language": "he"}}),
        ({"body": _feed(ONE, TWO)}, {"body": _feed(TWO, "<!-- ", ONE, " -->", TWO)}),
        ({"body": _feed(ONE, TWO)}, {"body": _feed(TWO, "<![CDATA[", ONE, "]]>", TWO)}),
        ({"body": _feed(ONE, TWO)}, {"body": _feed("<x>", ONE, "</x>", TWO)}),
        ({"body": _feed(ONE, f"{TWO}<!-- </item>") + b"-->"}, {}),
    ],
)
def test_surroundings_count(before: dict[str, Any], after: dict[str, Any]) -> None:
    """The same item elsewhere, under another base, language or prefix, or in a comment, is not the item that is known."""
    first: dict[str, Any] = {"url": URL, "headers": {}, **before}
    known = _read(**first)
    assert known is not None
    _assert_alike(unpack_fingerprints(known.fingerprints), **{**first, **after})


def test_only_what_is_new_is_read() -> None:
    """Of a document with one new entry that entry is read, and nothing of one in which only the order has changed."""
    first = _read(_feed(ONE, TWO, THREE))
    assert first is not None
    parsed = parse_feed(_feed(NEW, ONE, TWO, THREE), url=URL, headers={}, now=NOW, known=unpack_fingerprints(first.fingerprints))
    assert isinstance(parsed, ParsedFeed)
    assert [entry.title for entry in parsed.entries] == ["New"]
    assert len(parsed.recognized) == 3
    turned = parse_feed(_feed(THREE, ONE, TWO), url=URL, headers={}, now=NOW, known=unpack_fingerprints(first.fingerprints))
    assert isinstance(turned, ParsedFeed)
    assert (turned.title, turned.entries, len(turned.recognized)) == ("News", (), 3)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_entries_that_share_an_identifier_are_told_apart(place: int) -> None:
    """A new entry under the guid of a known one makes both of them known by more than their guid, as if both were new."""
    same = [f"<item><title>{title}</title><guid>same</guid><link>/{title}</link></item>" for title in ("Older", "Newer")]
    first = _read(_feed(same[0], ONE, TWO))
    assert first is not None
    items = [ONE, TWO]
    items.insert(place, same[1])
    body = _feed(same[0], *items)
    assert _assert_alike(unpack_fingerprints(first.fingerprints), body) == 0
    second = _read(body, unpack_fingerprints(first.fingerprints))
    assert second is not None
    assert _assert_alike(unpack_fingerprints(second.fingerprints), body) == 0


def test_a_document_whose_own_dates_have_moved_is_known() -> None:
    """The date of the whole changes with every version; a title that only looks like one does not go with it."""
    frames = LruCache[FeedDocument](1_000_000)

    def read(body: bytes) -> FeedDocument:
        document = fast_feed.parse_with_lxml(body, url=URL, headers={}, frames=frames)
        assert document is not None
        return document

    first, moved = (read(_feed(f"<pubDate>Mon, 02 Mar 2026 1{hour}:00:00 GMT</pubDate>", ONE, TWO)) for hour in "01")
    assert moved.title is first.title
    links = [read(_feed(f"<description><![CDATA[<pubDate>{n}</pubDate>]]></description><link>/{n}</link>", ONE)).link for n in "12"]
    assert links == ["https://example.org/1", "https://example.org/2"]
    titled = b"<rss version='2.0'><channel><title><![CDATA[<pubDate>x</pubDate> News]]></title><item><title>One</title></item></channel></rss>"
    assert "<pubDate>x</pubDate>" in read(titled).title.value


def test_a_date_ahead_is_believed_once_it_is_near() -> None:
    """A date refused today is looked at again with tomorrow's clock."""
    later = NOW + timedelta(days=3)
    item = f"<item><title>Soon</title><link>/s</link><pubDate>{later:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
    dates = []
    for now in (NOW, later, NOW):
        feed = parse_feed(_feed(item, TWO), url=URL, headers={}, now=now)
        assert isinstance(feed, ParsedFeed)
        dates.append(feed.entries[0].published_at)
    assert dates == [None, later, None]


def test_memory_is_bounded() -> None:
    """What was not asked for the longest is forgotten first, and what is large is not remembered."""
    known = LruCache[str](max_bytes=20_000)
    keys = [key_function("")(str(number).encode()) for number in range(220)]
    for number in range(100):
        known.add(keys[number], str(number), 200)
    assert known.get(keys[0]) == "0"
    known.add(keys[100], "100", 200)
    known.add(keys[101], "101", 201)
    assert [known.get(keys[number]) for number in (0, 1, 2, 100, 101)] == ["0", None, "2", "100", None]
