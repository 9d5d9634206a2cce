"""Feeds: formats, identity, texts, hints, and what is no feed."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime

import pytest

from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed, ParseFailure

NOW = datetime(2026, 11, 21, tzinfo=UTC)
URL = "https://example.org/news/feed.xml"


def _parse(body: bytes | str, **headers: str) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    result = parse_feed(data, url=URL, headers={name.replace("_", "-"): value for name, value in headers.items()}, now=NOW)
    assert isinstance(result, ParsedFeed), result
    return result


def _failure(body: bytes) -> ParseFailure:
    result = parse_feed(body, url=URL, headers={}, now=NOW)
    assert isinstance(result, ParseFailure)
    return result


def _rss(*items: str, channel: str = "") -> str:
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
        xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom"
        xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>News &amp;amp; more</title><link>https://example.org/</link>{channel}{listed}</channel></rss>"""


def test_identity_is_the_guid_then_guid_and_link_then_link_then_what_it_says() -> None:
    """Each entry of a feed is known again at the next poll, and none hides another."""
    items = (
        "<guid>a</guid><link>/1</link>",
        "<guid>b</guid><link>/2</link>",
        "<guid>b</guid><link>/3</link>",
        "<link>/4</link><title>x</title>",
        "<title>Only</title><description>words</description>",
        "<title>Only</title><description>words</description>",
    )
    keys = [entry.key for entry in _parse(_rss(*items)).entries]
    assert keys[:4] == ["a", "b https://example.org/2", "b https://example.org/3", "https://example.org/4"]
    assert keys[4] == keys[5]
    assert keys[4].startswith("sha256:")


def test_entries_that_share_guid_and_link_do_not_hide_each_other() -> None:
    """A feed that gives every entry one guid and one link still yields them all."""
    items = [f"<guid>same</guid><link>/home</link><title>News {number}</title>" for number in range(5)]
    assert len({entry.key for entry in _parse(_rss(*items)).entries}) == 5


def test_full_text_goes_before_the_summary_unless_that_says_something_else() -> None:
    """The body holds whatever the feed tells, once."""
    full = "<content:encoded><![CDATA[<p>First words.</p><p>And more.</p>]]></content:encoded>"
    first, second = _parse(
        _rss(f"<description>First words. …</description>{full}", f"<description>A teaser.</description>{full}")
    ).entries
    assert first.text == "First words.\n\nAnd more."
    assert second.text == "A teaser.\n\nFirst words.\n\nAnd more."
    assert second.summary == "A teaser."


def test_titles_are_plain_text_on_one_line() -> None:
    """Mark-up and entities in a title never reach an alert."""
    titles = ("AT&amp;amp;T <![CDATA[<b>wins</b>]]>", "Two\n  lines", "It&amp;#8217;s", "1 &lt; 2")
    assert [entry.title for entry in _parse(_rss(*(f"<title>{title}</title>" for title in titles))).entries] == [
        "AT&T wins",
        "Two lines",
        "It’s",
        "1 < 2",
    ]


def test_an_entry_without_a_title_is_headed_by_its_first_sentence() -> None:
    """A feed of notes gives alerts that can be read."""
    note, bare = _parse(_rss("<description>A note. With more.</description>", "<link>/x</link>")).entries
    assert note.title == "A note."
    assert note.text == "A note. With more."
    assert bare.title == "https://example.org/x"


def test_dates_are_utc_and_believable() -> None:
    """A date ahead of time is dropped; an update stands in for a missing publication."""
    entries = _parse(
        _rss(
            "<pubDate>Thu, 21 Mar 2024 10:00:00 +0200</pubDate>",
            "<pubDate>Thu, 21 Mar 2030 10:00:00 GMT</pubDate>",
            "<dc:date>2024-03-21</dc:date>",
            "<pubDate>soon</pubDate>",
        )
    ).entries
    assert [entry.published_at for entry in entries] == [
        datetime(2024, 3, 21, 8, tzinfo=UTC),
        None,
        datetime(2024, 3, 21, tzinfo=UTC),
        None,
    ]
    assert entries[2].updated_at == datetime(2024, 3, 21, tzinfo=UTC)


def test_links_people_tags_languages_and_pictures() -> None:
    """Everything an alert shows beside its text."""
    (entry,) = _parse(
        _rss(
            "<link>story?id=1&amp;x=2</link><author>jo@example.org (Jo Doe)</author><category>World</category><category>World</category>"
            '<category>Gaza</category><media:thumbnail url="/a.jpg"/><guid isPermaLink="false">g1</guid>',
            channel="<language>en-gb</language>",
        )
    ).entries
    assert entry.url == "https://example.org/news/story?id=1&x=2"
    assert (entry.author, entry.tags, entry.language, entry.image) == (
        "Jo Doe",
        ("World", "Gaza"),
        "en-gb",
        "https://example.org/a.jpg",
    )
    assert entry.guid == "g1"


def test_xml_base_and_content_location() -> None:
    """Relative links are read as the document says."""
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/base/"><title>t</title>
        <entry xml:base="deep/"><id>1</id><title>a</title><link href="x.html"/></entry></feed>"""
    assert _parse(atom).entries[0].url == "https://example.org/base/deep/x.html"
    assert _parse(atom, content_location="https://cdn.example.net/f/").entries[0].url == "https://cdn.example.net/base/deep/x.html"


def test_poll_hints() -> None:
    """What a feed asks of its readers is known to the poller."""
    asked = (
        "<ttl>90</ttl><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
        "<skipHours><hour>0</hour><hour>24</hour><hour>5</hour></skipHours><skipDays><day>Sunday</day><day>Noday</day></skipDays>"
    )
    hints = _parse(_rss(channel=asked)).hints
    assert hints.min_interval_s == 5400
    assert hints.skip_hours == {0, 5}
    assert hints.skip_days == {6}
    assert _parse(_rss(channel="<ttl>x</ttl>")).hints.min_interval_s is None


def test_a_feed_that_forbids_every_hour_forbids_none() -> None:
    """A mistaken feed is not lost for ever."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert _parse(_rss(channel=f"<skipHours>{hours}</skipHours>")).hints.skip_hours == frozenset()


def test_push_addresses() -> None:
    """Hub and self links are found."""
    links = '<atom:link rel="hub" href="https://hub.example.org/"/><atom:link rel="self" href="/feed.xml"/>'
    feed = _parse(_rss(channel=links))
    assert (feed.hubs, feed.self_url) == (("https://hub.example.org/",), "https://example.org/feed.xml")
    assert feed.title == "News & more"


def test_an_item_without_anything_in_it_is_none() -> None:
    """What is empty, whatever the format, would only be an article without a word."""
    body = b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "author": {"name": "Jo"}, "items": [{}, {"tags": ["a"]}, {"id": 1}]}'
    assert [entry.guid for entry in _parse(body).entries] == ["1"]


def test_json_feed() -> None:
    """JSON Feed of both versions, whatever types its values have."""
    body = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "/", "hubs": [{"url": "https://hub.example.org/"}],
        "items": [{"id": 5, "url": "/a", "content_html": "<p>a</p><p>b</p>", "authors": [{"name": "Jo"}, 3], "tags": ["x", null],
        "date_published": "2024-03-21T00:00:00Z"}, "no item", {"id": "6", "title": null, "content_text": "Plain <b>."}]}"""
    feed = _parse(body)
    assert (feed.format, feed.hubs, feed.link) == ("json11", ("https://hub.example.org/",), "https://example.org/")
    first, second = feed.entries
    assert (first.key, first.text, first.author, first.tags, first.url) == ("5", "a\n\nb", "Jo", ("x",), "https://example.org/a")
    assert second.text == "Plain <b>."


def test_news_sitemap_and_index() -> None:
    """Google's news sitemaps are feeds; an index names its sitemaps, newest first."""
    news = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://example.org/a</loc><news:news><news:publication>
        <news:name>N</news:name><news:language>en</news:language></news:publication><news:title>Title &amp; more</news:title>
        <news:publication_date>2024-03-21T01:00:00+01:00</news:publication_date><news:keywords>x, y</news:keywords></news:news>
        <image:image><image:loc>https://example.org/i.jpg</image:loc><image:title>no</image:title></image:image></url>
        <url><loc>https://example.org/old</loc></url></urlset>"""
    (entry,) = _parse(news).entries
    assert (entry.title, entry.url, entry.language, entry.tags) == ("Title & more", "https://example.org/a", "en", ("x", "y"))
    assert (entry.published_at, entry.image) == (datetime(2024, 3, 21, tzinfo=UTC), "https://example.org/i.jpg")
    index = """<sitemapindex><sitemap><loc>/1.xml</loc><lastmod>2024-01-01</lastmod></sitemap>
        <sitemap><loc>/2.xml</loc><lastmod>2024-02-01</lastmod></sitemap></sitemapindex>"""
    assert _parse(index).children == ("https://example.org/2.xml", "https://example.org/1.xml")


def test_a_web_page_names_its_feeds() -> None:
    """A page's address in the configuration is answered with what to put there instead."""
    page = b"""<!doctype html><html><head><base href="/b/"><link rel="alternate" type="application/rss+xml" href="comments.xml">
        <link href='feed.xml' type='application/atom+xml' rel='alternate'><link rel=stylesheet type=text/css href=x.css>"""
    failure = _failure(page)
    assert failure.reason == "html page"
    assert failure.feeds == ("https://example.org/b/feed.xml", "https://example.org/b/comments.xml")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (b" \n", "empty body"),
        (b'{"a": 1}', "JSON, but not a JSON Feed"),
        (b"<urlset><url><loc>x</loc></url></urlset>", "a sitemap without news"),
        (b"hello", "not a feed"),
        (b"\x89PNG\x00\x01\x02\x03\x04\x05", "not a feed but binary data"),
        (gzip.compress(b"x" * 60_000_000), "compressed body is broken or too large"),
    ],
)
def test_what_is_no_feed_says_why(body: bytes, reason: str) -> None:
    """The operator reads what came instead of a feed."""
    assert _failure(body).reason == reason


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda body: gzip.compress(gzip.compress(body))])
def test_bodies_still_compressed(pack: object) -> None:
    """A file handed over compressed, without a header that says so, is unpacked."""
    assert callable(pack)
    assert len(_parse(pack(_rss("<title>a</title>").encode())).entries) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings_declared(encoding: str) -> None:
    """The encoding of the declaration is used."""
    body = _rss("<title>Münchner Café</title>").replace("utf-8", encoding).encode(encoding)
    assert _parse(body).entries[0].title == "Münchner Café"


def test_encodings_undeclared_and_wrong() -> None:
    """Neither a missing nor a wrong declaration garbles a title."""
    body = _rss("<title>Münchner Café</title>")
    assert _parse(body.replace(' encoding="utf-8"', "").encode("cp1252")).entries[0].title == "Münchner Café"
    assert _parse(body.replace("utf-8", "us-ascii").encode()).entries[0].title == "Münchner Café"
    (entry,) = _parse(
        body.replace("</title>", "</title><category>Zürich</category>").encode(), content_type="text/xml; charset=iso-8859-1"
    ).entries
    assert (entry.title, entry.tags) == ("Münchner Café", ("Zürich",))
    named = '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>1</id><author><name>Jürgen</name></author></entry></feed>'
    assert _parse(named).entries[0].author == "Jürgen"
    assert _parse(body.encode(), content_type="text/xml").entries[0].title == "Münchner Café"


@pytest.mark.parametrize("element", ["author", "dc:creator"])
@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("news@nation.africa (Nation Reporter)", "Nation Reporter"),
        ("a.b@desk.publishing.international (Jane Q. Public)", "Jane Q. Public"),
        ("Jane Doe &lt;jane@desk.photography&gt;", "Jane Doe"),
        ("jane@museum.travel", "jane@museum.travel"),
        ("jo@example.org (Jo Doe)", "Jo Doe"),
    ],
)
@pytest.mark.parametrize("beside", ["", "<title>a</title>"])
def test_authors_with_long_domains_are_whole(person: str, name: str, element: str, beside: str) -> None:
    """Whichever parser reads them: a second title is left to feedparser."""
    item = f"<item><title>T</title>{beside}<guid>1</guid><{element}>{person}</{element}></item>"
    space = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    assert _parse(f'<rss version="2.0" {space}><channel><title>t</title>{item}</channel></rss>').entries[0].author == name


@pytest.mark.parametrize(
    "link", ["javascript:void(0)", "JavaScript:alert(1)", "tag:news.example,2024:1", "data:text/html,x", "urn:uuid:1"]
)
def test_what_leads_to_no_page_is_no_address(link: str) -> None:
    """Neither as a link nor as an identifier that is said to be one; a page beside it is taken."""
    for item in (f"<link>{link}</link>", f"<guid isPermaLink='true'>{link}</guid>"):
        assert _parse(f"<rss version='2.0'><channel><item><title>T</title>{item}</item></channel></rss>").entries[0].url is None
    both = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><id>{link}</id><link href="{link}"/><link href="/a"/></entry></feed>'
    assert (_parse(both).entries[0].url or "").endswith("/a")
