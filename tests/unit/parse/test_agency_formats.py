"""The formats of agencies and authorities, as files and as feeds: text, date, tags, and what is a version of what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.domain.article import Entry
from monitor.parse.documents import parse_document
from monitor.parse.feed import parse_feed
from monitor.parse.result import ParsedFeed, ParseFailure
from tests.unit.parse.agency_documents import ANPA, IPTC_7901, NINJS, NINJS_2, NITF, cap, newsml, reference

NOW = datetime(2024, 3, 22, tzinfo=UTC)
EIGHT = datetime(2024, 3, 21, 8, tzinfo=UTC)
TEXT = "The harbour of Halden has reopened."


def _file(data: bytes | str, name: str) -> tuple[Entry, ...]:
    found = parse_document(data.encode() if isinstance(data, str) else data, path=f"/in/{name}", mtime=NOW, now=NOW)
    assert not isinstance(found, ParseFailure), found.reason
    return found


def _reason(data: str, name: str) -> str:
    found = parse_document(data.encode(), path=f"/in/{name}", mtime=NOW, now=NOW)
    assert isinstance(found, ParseFailure)
    return found.reason


def _feed(data: str) -> ParsedFeed:
    found = parse_feed(data.encode(), url="https://agency.example/feed", headers={}, now=NOW)
    assert isinstance(found, ParsedFeed), found
    return found


def _atom(*entries: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Warnings</title><id>w</id>{"".join(entries)}</feed>'


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (NITF, "a.xml"),
        (NITF, "a.nitf"),
        (newsml(), "a.xml"),
        (NINJS, "a.json"),
        (IPTC_7901, "a.txt"),
        (IPTC_7901, "a.iptc"),
        (ANPA, "a.anpa"),
    ],
)
def test_a_story_in_any_format_is_one_article(data: bytes | str, name: str) -> None:
    """Headline, whole text in paragraphs, and date are those of the story, whatever wraps them."""
    (entry,) = _file(data, name)
    assert entry.title == "Harbour reopens"
    assert "The harbour of Halden has reopened" in entry.text
    assert "Ten ships left." in entry.text
    assert not set(entry.text) & set(map(chr, (1, 2, 3, 4, 22, 31)))
    assert entry.published_at is not None
    assert entry.published_at.date() == EIGHT.date()


def test_what_agencies_add_is_kept() -> None:
    """Author, language, subjects and notes to editors arrive; a picture and a list of items beside a text are no articles."""
    (entry,) = _file(newsml(), "a.xml")
    assert (entry.author, entry.language, entry.published_at) == ("A. Reporter", "en-GB", EIGHT)
    assert {"Shipping", "HALDEN-HARBOUR"} <= set(entry.tags)
    assert "Note to editors: Adds detail" in entry.text
    assert entry.text.startswith(f"{TEXT}\n\nTen ships left.")
    assert _file(NINJS, "a.json")[0].tags == ("Shipping", "Halden")
    assert _file(NINJS_2, "a.json")[0].text == "The bridge of Halden is closed."


@pytest.mark.parametrize(
    ("first", "second", "suffix"),
    [
        (newsml(1), newsml(2, headline="Harbour reopens in part"), "xml"),
        (NITF, NITF.replace("Ten ships", "Twelve ships"), "xml"),
        (NINJS, NINJS.replace("Ten ships", "Twelve ships"), "json"),
        (cap("H1"), cap("H2", kind="Update", references=reference("H1"), hour=9, event="Flash flood"), "cap"),
    ],
)
def test_the_next_version_in_another_file_is_the_same_article(first: str, second: str, suffix: str) -> None:
    """What the format says is one story has one key, whatever its files are called."""
    (before,), (after,) = _file(first, f"1.{suffix}"), _file(second, f"2.{suffix}")
    assert before.key == after.key
    assert before.content_hash != after.content_hash


def test_a_withdrawn_story_says_so() -> None:
    """A version that cancels is a revision whose title tells it."""
    (entry,) = _file(newsml(3, status="canceled"), "a.xml")
    assert (entry.key, entry.title) == ("urn:example:17", "Cancelled: Harbour reopens")


def test_a_warning_says_what_where_how_bad_and_until_when() -> None:
    """Event, places, severity and expiry are in the text and among the tags."""
    (entry,) = _file(cap("H1"), "w.xml")
    assert (entry.title, entry.author, entry.url) == (
        "Flood warning for the Halden valley",
        "Halden Water Board",
        "https://water.example/w/1",
    )
    for said in ("Flood", "Upper Halden; Nether Halden", "Severity: Severe", "Expires: 2024-03-22T08:00:00Z", "Roads will close."):
        assert said in entry.text
    assert {"Flood", "Severe", "Upper Halden", "Nether Halden", "2024-03-22T08:00:00Z"} <= set(entry.tags)


def test_a_cancellation_is_the_warning_it_ends() -> None:
    """It may list all messages before it or only the last one, and need not repeat what it ends."""
    alert, update = cap("H1"), cap("H2", kind="Update", references=reference("H1"), hour=9)
    every = cap("H3", kind="Cancel", references=f"{reference('H2', 9)} {reference('H1')}", hour=10, info=False)
    (cancelled,) = _file(every, "c.cap")
    assert (cancelled.key, cancelled.title) == ("H1", "Cancelled: The river fell.")
    last = cap("H3", kind="Cancel", references=reference("H2", 9), hour=10)
    (whole,) = _feed(f"<alerts>{last}{alert}{update}</alerts>").entries
    assert (whole.key, whole.title) == ("H1", "Cancelled: Flood warning for the Halden valley")


def test_warnings_in_a_feed_follow_their_references() -> None:
    """Whole warnings inside entries and their elements beside them give the same key; the newest counts."""
    inside = [
        f'<entry><id>{number}</id><title>t</title><link href="/w/{number}"/><content type="text/xml">{text}</content></entry>'
        for number, text in enumerate([cap("H1"), cap("H2", kind="Cancel", references=reference("H1"), hour=9)])
    ]
    feed = _feed(_atom(*inside))
    (entry,) = feed.entries
    assert feed.title == "Warnings"
    assert (entry.key, entry.title) == ("H1", "Cancelled: Flood warning for the Halden valley")
    space = 'xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"'
    beside = [
        f"<entry {space}><id>{number}</id><title>Flood</title><updated>2024-03-21T0{number}:00:00Z</updated><cap:event>Flood</cap:event>"
        f"<cap:areaDesc>Upper Halden</cap:areaDesc>{more}</entry>"
        for number, more in (
            (8, "<cap:identifier>H1</cap:identifier>"),
            (
                9,
                f"<cap:identifier>H2</cap:identifier><cap:msgType>Cancel</cap:msgType><cap:references>{reference('H1')}</cap:references>",
            ),
        )
    ]
    (alert,) = _feed(_atom(beside[0])).entries
    (both,) = _feed(_atom(*beside)).entries
    assert alert.key == both.key == "H1"
    assert "Cancelled" not in alert.text
    assert "Cancelled" in both.text
    assert {"Cancel", "Flood", "Upper Halden"} <= set(both.tags)


@pytest.mark.parametrize(
    ("document", "format_"), [(NITF, "nitf"), (newsml(), "newsml-g2"), (f"[{NINJS}, {NINJS_2}]", "ninjs"), (cap("H1"), "cap")]
)
def test_they_are_read_as_feeds(document: str, format_: str) -> None:
    """An address that answers with such a document is a feed."""
    found = _feed(document)
    assert found.format == format_
    assert found.entries[0].published_at is not None


def test_saved_feeds_are_lists_of_articles() -> None:
    """RSS and Atom files give an article an item, each with its own key in the file."""
    items = "".join(f"<item><guid>{number}</guid><title>News {number}</title></item>" for number in range(3))
    saved = _file(f"<rss version='2.0'><channel><title>A</title>{items}</channel></rss>", "a.xml")
    assert [(entry.key, entry.title) for entry in saved] == [(f"/in/a.xml#{number}", f"News {number}") for number in range(3)]
    (alone,) = _file(_atom("<entry><id>1</id><title>One</title></entry>"), "a.atom")
    assert alone.key == "/in/a.atom#1"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("<opml><body/></opml>", "feeds import"),
        ("<svg/>", "<svg>"),
        ("<a><b></a>", "not well-formed"),
        ("<rss version='2.0'><channel><title>A</title></channel></rss>", "without any item"),
        (cap("H1", kind="Ack"), "warns of nothing"),
    ],
)
def test_other_xml_says_why_it_is_not_read(data: str, says: str) -> None:
    """The reason names what the file is."""
    assert says in _reason(data, "a.xml")


def test_two_messages_in_a_wire_file_are_two_articles() -> None:
    """Each has its own number and date; ANPA's zone is heeded."""
    first, second = _file(IPTC_7901 + ANPA, "wire.txt")
    assert first.published_at == EIGHT
    assert second.published_at == datetime(2024, 3, 21, 13, tzinfo=UTC)
    assert first.key != second.key


def test_hostile_xml_reads_no_file_and_expands_nothing() -> None:
    """An entity is never resolved, in a format of an agency either."""
    entity = '<!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "boom">]>'
    (entry,) = _file(entity + NITF.removeprefix('<?xml version="1.0"?>').replace("Ten ships", "Ten &x;&y; ships"), "a.xml")
    assert "root:" not in entry.text
    assert "boom" not in entry.text
