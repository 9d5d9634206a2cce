"""Documents that end early: what they hold is read, half an entry is not, and whoever polls them is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TITLES = [f"Bridge {number} is closed" for number in range(5)]

RSS = (
    b"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>T</title>"
    + b"".join(b"<item><title>%s</title><guid>https://a.example/%d</guid></item>" % (t.encode(), n) for n, t in enumerate(TITLES))
    + b"</channel></rss>"
)
ATOM = (
    b"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>"
    + b"".join(b"<entry><title>%s</title><id>urn:%d</id></entry>" % (t.encode(), n) for n, t in enumerate(TITLES))
    + b"</feed>"
)
RDF = (
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    b"<channel rdf:about='https://a.example/'><title>T</title></channel>"
    + b"".join(
        b"<item rdf:about='https://a.example/%d'><title>%s</title><link>https://a.example/%d</link></item>" % (n, t.encode(), n)
        for n, t in enumerate(TITLES)
    )
    + b"</rdf:RDF>"
)
SITEMAP = (
    b"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>"
    + b"".join(
        b"<url><loc>https://a.example/%d</loc><n:news><n:title>%s</n:title></n:news></url>" % (n, t.encode())
        for n, t in enumerate(TITLES)
    )
    + b"</urlset>"
)
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": str(n), "title": t, "content_text": 'brackets ]} and "quotes"'} for n, t in enumerate(TITLES)],
    }
).encode()


@pytest.mark.parametrize("body", [RSS, ATOM, RDF, SITEMAP, JSON], ids=["rss", "atom", "rdf", "sitemap", "json"])
def test_wherever_a_document_ends_its_whole_entries_are_read_and_no_other(body: bytes) -> None:
    """Every place to end gives the first entries, each as it is in the whole document."""
    whole = parse_feed(body, url="https://a.example/feed", headers={}, now=NOW)
    assert isinstance(whole, ParsedFeed)
    assert not whole.cut
    assert [entry.title for entry in whole.entries] == TITLES
    counts = set()
    first_end = body.index(TITLES[1].encode())
    for end in range(first_end, len(body) - 1, 7):
        part = parse_feed(body[:end], url="https://a.example/feed", headers={}, now=NOW)
        assert isinstance(part, ParsedFeed), end
        assert part.cut, end
        assert part.entries == whole.entries[: len(part.entries)], end
        counts.add(len(part.entries))
    assert counts == {1, 2, 3, 4, 5}


def test_a_document_of_one_byte_less_than_its_end_is_cut() -> None:
    """A root whose end tag is not complete is not closed."""
    part = parse_feed(RSS[:-3], url="https://a.example/feed", headers={}, now=NOW)
    assert isinstance(part, ParsedFeed)
    assert part.cut
    assert len(part.entries) == len(TITLES)


def test_one_broken_byte_of_utf8_is_one_character() -> None:
    """All the rest of a text in Hebrew stays what it is."""
    body = "<rss version='2.0'><channel><item><title>הפסקת אש</title><guid>1</guid><description>א@ ועוד</description></item></channel></rss>"
    for broken in (b"\xd7", b"\xff", b"\xe8\x80"):
        parsed = parse_feed(body.encode().replace(b"@", broken), url="https://a.example/feed", headers={}, now=NOW)
        assert isinstance(parsed, ParsedFeed)
        assert [(entry.title, entry.text) for entry in parsed.entries] == [("הפסקת אש", "א\ufffd ועוד")]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("<link>javascript:alert(1)</link>", None),
        ("<link>tag:a.example,2024:1</link>", None),
        ("<link>data:text/html,x</link>", None),
        ("<link>https://a.example/\n    story/1</link>", "https://a.example/story/1"),
        ("<link>https://a.example/two words</link>", "https://a.example/two%20words"),
        ("<link>/relative</link>", "https://a.example/relative"),
        ("<guid>urn:uuid:7</guid>", None),
        ("<guid>https://a.example/7</guid>", "https://a.example/7"),
        ("<guid>urn:7</guid><enclosure url='https://a.example/sound.mp3' type='audio/mpeg'/>", "https://a.example/sound.mp3"),
        ("<guid>urn:7</guid><enclosure url='https://a.example/photo.jpg' type='image/jpeg'/>", None),
    ],
)
def test_only_an_address_that_can_be_opened_is_an_articles(link: str, url: str | None) -> None:
    """Scripts, tags and pictures are no pages."""
    body = f"<rss version='2.0'><channel><item><title>Rain</title>{link}</item></channel></rss>"
    parsed = parse_feed(body.encode(), url="https://a.example/feed", headers={}, now=NOW)
    assert isinstance(parsed, ParsedFeed)
    assert [(entry.title, entry.url) for entry in parsed.entries] == [("Rain", url)]


def test_a_warning_says_what_and_where() -> None:
    """Event, places and severity of an entry in the Common Alerting Protocol are text and tags; so for any prefix."""
    for prefix in ("cap", "w"):
        body = (
            f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry xmlns:{prefix}='urn:oasis:names:tc:emergency:cap:1.2'>"
            f"<id>urn:1</id><title>Warning</title><summary>Take care</summary><{prefix}:event>Avalanche</{prefix}:event>"
            f"<{prefix}:severity>Severe</{prefix}:severity><{prefix}:areaDesc>Upper Halden</{prefix}:areaDesc></entry></feed>"
        )
        parsed = parse_feed(body.encode(), url="https://a.example/feed", headers={}, now=NOW)
        assert isinstance(parsed, ParsedFeed)
        assert [(entry.text, entry.tags) for entry in parsed.entries] == [
            ("Take care\n\nAvalanche\n\nUpper Halden\n\nSevere", ("Avalanche", "Upper Halden", "Severe"))
        ]
