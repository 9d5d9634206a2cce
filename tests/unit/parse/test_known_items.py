"""Remembering items changes nothing but the time: a feed is read the same, whatever was read before it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.parse import fast
from monitor.parse.body import unpacked
from monitor.parse.feed import parse_feed
from monitor.parse.items import FeedDocument, Item
from monitor.parse.known import Known, Memory, keys_in
from monitor.parse.result import ParsedFeed

NOW = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://example.org/news/feed.xml"
ONE = "<item><title>One</title><link>/1</link><x:creator>Jo</x:creator><description>a</description></item>"
TWO = "<item><title>Two</title><link>/2</link></item>"
_ITEM = re.compile(rb"<(item|entry)[\s>].*?</\1>", re.DOTALL)


def _feed(*items: str, root: str = 'xmlns:x="http://purl.org/dc/elements/1.1/"') -> bytes:
    return f"<rss version='2.0' {root}><channel><title>News</title>{''.join(items)}</channel></rss>".encode()


def _corpus() -> Iterator[tuple[bytes, str, dict[str, str]]]:
    corpora = os.environ.get("NEWS_MONITOR_CORPORA")
    if not corpora:
        pytest.skip("NEWS_MONITOR_CORPORA is not set")
    with (Path(corpora) / "feeds" / "oracle.jsonl").open(encoding="utf-8") as lines:
        cases = {case["file"]: case for case in map(json.loads, lines)}
    for path in sorted((Path(corpora) / "feeds").glob("*/*")):
        case = cases.get(str(path.relative_to(corpora)), {})
        headers = {name.lower(): value for name, value in (case.get("http_headers") or {}).items()}
        yield unpacked(path.read_bytes()) or b"", case.get("base_url") or URL, headers


def _without_each_second(body: bytes) -> bytes:
    count = iter(range(10_000))
    return _ITEM.sub(lambda item: b"" if next(count) % 2 else item[0], body)


def test_recorded_feeds_are_read_alike_from_memory() -> None:
    """After a version with half of the items, after itself, and after all other feeds, each feed is what it is on its own."""
    known, taken = Memory(), 0
    for body, url, headers in _corpus():
        fast.read(_without_each_second(body), url=url, headers=headers, memory=known)
        for _ in range(2):
            alone = fast.read(body, url=url, headers=headers, memory=Memory())
            assert fast.read(body, url=url, headers=headers, memory=known) == alone
        taken += alone is not None
    assert taken > 500


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
def test_surroundings_count(before: dict[str, object], after: dict[str, object]) -> None:
    """The same item elsewhere, under another base, language or prefix, or in a comment, is not the item that is known."""
    first: dict[str, object] = {"url": URL, "headers": {}, **before}
    second = {**first, **after}
    known = Memory()
    fast.read(**first, memory=known)  # type: ignore[arg-type] # the table's values are those of the parameters
    warm = fast.read(**second, memory=known)  # type: ignore[arg-type] # as above
    assert warm == fast.read(**second, memory=Memory())  # type: ignore[arg-type] # as above


def test_a_document_whose_own_dates_have_moved_is_known() -> None:
    """The date of the whole changes with every version; a title that only looks like one does not go with it."""
    memory = Memory()

    def read(extra: str) -> FeedDocument | None:
        return fast.read(_feed(extra, ONE, TWO), url=URL, headers={}, memory=memory)

    first, moved = (
        read("<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>"),
        read("<pubDate>Mon, 02 Mar 2026 11:00:00 GMT</pubDate>"),
    )
    assert first is not None
    assert moved == first
    assert moved.title is first.title
    described = [read(f"<description><![CDATA[<pubDate>{hour}</pubDate>]]></description><link>/{hour}</link>") for hour in "12"]
    assert [document and document.link for document in described] == ["https://example.org/1", "https://example.org/2"]
    titled = fast.read(
        b"<rss version='2.0'><channel><title><![CDATA[<pubDate>x</pubDate> News]]></title><item><title>One</title></item></channel></rss>",
        url=URL,
        headers={},
        memory=memory,
    )
    assert titled is not None
    assert "<pubDate>x</pubDate>" in titled.title.value


def test_a_date_ahead_is_believed_once_it_is_near() -> None:
    """A date refused today is looked at again with tomorrow's clock, though the item is known."""
    later = NOW + timedelta(days=3)
    item = f"<item><title>Soon</title><link>/s</link><pubDate>{later:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
    dates = []
    for now in (NOW, later, NOW):
        feed = parse_feed(_feed(item, TWO), url=URL, headers={}, now=now)
        assert isinstance(feed, ParsedFeed)
        dates.append(feed.entries[0].published_at)
    assert dates == [None, later, None]


def test_memory_is_bounded() -> None:
    """What was not asked for the longest is forgotten first, and long items are not remembered."""
    known = Known[Item](max_bytes=200)
    keys = [keys_in("")(str(number).encode()) for number in range(4)]
    known.add(keys[0], Item(guid="0"), 90)
    known.add(keys[1], Item(guid="1"), 90)
    assert known.get(keys[0]) == Item(guid="0")
    known.add(keys[2], Item(guid="2"), 90)
    known.add(keys[3], Item(guid="3"), 1_000_000)
    assert [known.get(key) is not None for key in keys] == [True, False, True, False]
