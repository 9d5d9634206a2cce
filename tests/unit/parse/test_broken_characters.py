"""Characters that are none, as careless software writes them: they cost a character, never a feed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.parse.documents import parse_document
from monitor.parse.feed import parse_feed
from monitor.parse.html import html_to_text
from monitor.parse.result import ParsedFeed

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _feed(body: bytes) -> ParsedFeed:
    parsed = parse_feed(body, url="https://example.org/feed", headers={}, now=NOW)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        (b"&#xD83D;&#xDE00;", "\U0001f600"),
        (b"&#55357;&#56832;", "\U0001f600"),
        (b"&#xD83D; ", "\ufffd"),
        (b"&#99999999999999999999;", "\ufffd"),
        (b"&#x110000;", "\ufffd"),
        (b"&#8364;", "\u20ac"),
    ],
)
def test_a_reference_to_no_character_costs_no_feed(reference: bytes, shown: str) -> None:
    """An emoji written as the two halves of its UTF-16 form is read, and half of one is replaced."""
    parsed = _feed(b"<rss version='2.0'><channel><item><title>Rain " + reference + b"</title><guid>1</guid></item></channel></rss>")
    assert [entry.title for entry in parsed.entries] == [f"Rain {shown}"]


def test_a_raw_ampersand_is_itself() -> None:
    """What should have been escaped is read as it was meant, in names and in links; what is escaped stays."""
    parsed = _feed(
        b"<rss version='2.0'><channel><item><title>AT&T, R&D & &eacute;t&eacute; &lt b</title><guid>1</guid>"
        b"<link>https://example.org/?a=1&copy=2&amp;lang=3</link><description><![CDATA[<p>Q&A &copy; us</p>]]></description></item></channel></rss>"
    )
    (entry,) = parsed.entries
    assert (entry.title, entry.url) == ("AT&T, R&D & \xe9t\xe9 < b", "https://example.org/?a=1&copy=2&lang=3")
    assert entry.text == "Q&A \xa9 us"


def test_a_raw_ampersand_in_a_sitemap() -> None:
    """Addresses with parameters are often not escaped there."""
    parsed = _feed(
        b"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://example.org/?a=1&b=2</loc>"
        b"<n:news><n:title>AT&T</n:title></n:news></url></urlset>"
    )
    assert [(entry.title, entry.url) for entry in parsed.entries] == [("AT&T", "https://example.org/?a=1&b=2")]


@pytest.mark.parametrize(
    ("title", "shown"),
    [(rb"cut \ud83d", "cut \ufffd"), (b"two\nlines", "two lines"), ("caf\xe9".encode("cp1252"), "caf\xe9"), (b"a\x01b", "ab")],
)
def test_json_that_is_almost_right(title: bytes, shown: str) -> None:
    """A text cut in the middle of an emoji, or with a raw line end, is no reason to lose the feed."""
    parsed = _feed(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "' + title + b'"}]}')
    assert [entry.title for entry in parsed.entries] == [shown]


def test_json_lines_with_what_is_no_number() -> None:
    """Records that some Python program has written are read although NaN is no JSON."""
    entries = parse_document(b'{"title": "One", "score": NaN}\n{"title": "Two"', path="/in/a.jsonl", mtime=NOW, now=NOW)
    assert isinstance(entries, tuple)
    assert [entry.title for entry in entries] == ["One"]


def test_what_stands_in_for_an_object_is_read() -> None:
    """No feed reader plays what is embedded; it shows the words that are there instead."""
    assert html_to_text("Watch: <object data='x.swf'>the minister's speech</object>") == "Watch: the minister's speech"
