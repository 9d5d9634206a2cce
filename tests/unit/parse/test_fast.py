"""The fast path: whatever it reads, it reads exactly as feedparser does."""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from monitor.domain.article import Entry
from monitor.parse import fast_feed, feedparser_feed
from monitor.parse.entries import language_tag, to_entries
from monitor.parse.items import FeedDocument
from tests.recorded import URL, recorded_feeds

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EVERYDAY = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>News</title>
    <link>/</link><language>en</language><item><title>Tom &amp;amp; Jo</title><link>/1</link><guid isPermaLink="false">1</guid>
    <pubDate>Thu, 21 Mar 2024 10:00:00 GMT</pubDate><dc:creator>Jo</dc:creator><category>World</category><media:thumbnail url="/1.jpg"/>
    <description>Short.</description><content:encoded><![CDATA[<p>Long é</p>]]></content:encoded></item>
    <item><title>Two</title><link>/2</link></item></channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>N</title><entry><id>a</id>
    <title type="html">A &amp;lt;b&gt;</title><link href="x"/><author><name>Jo</name></author><updated>2024-03-21T10:00:00Z</updated>
    <summary>Text &lt;b&gt;</summary><content type="html" xml:base="/b/" xml:lang="fr">&lt;p&gt;c&lt;/p&gt;</content></entry></feed>"""


def _entries(document: FeedDocument) -> tuple[Entry, ...]:
    return to_entries(document.items, language=language_tag(document.language), now=NOW)


def _both(body: bytes, url: str = URL, **headers: str) -> bool:
    """Whether the fast path reads `body`; if so, both must agree on every field of the feed and of each entry."""
    quick = fast_feed.parse_with_lxml(body, url=url, headers=headers)
    if quick is None:
        return False
    full = feedparser_feed.parse_with_feedparser(body, url=url, headers=headers)
    assert full is not None
    assert replace(quick, items=()) == replace(full, items=())
    assert _entries(quick) == _entries(full)
    return True


@pytest.mark.parametrize("body", [EVERYDAY, ATOM])
def test_everyday_feeds_take_it(body: str) -> None:
    """The features that most feeds have are read fast, and alike."""
    assert _both(body.encode())
    assert _both(body.encode(), **{"content-type": "text/xml", "content-language": "he"})
    assert _both(b"\xef\xbb\xbf" + body.encode())
    assert _both(body.replace("utf-8", "iso-8859-1").encode("iso-8859-1"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<rss", '<!DOCTYPE rss [<!ENTITY x "y">]><rss'),
        ("</channel>", ""),
        ('encoding="utf-8"', 'encoding="utf-16"'),
        ("<description>", '<description type="xhtml">'),
        ("<description>Short.", "<description>Short.</description><description>Again."),
        ("<description>Short.", "<description><p>Short.</p>"),
        ("<item>", '<item xml:base="/x/">'),
        ("<dc:creator>Jo", "<dc:title>Jo</dc:title><dc:creator>Jo"),
        ('<media:thumbnail url="/1.jpg"/>', "<media:group><media:description>x</media:description></media:group>"),
        ("</item>", "<item/></item>"),
        ("<category>", "<!-- <item> --><category>"),
        ("purl.org/dc/elements/1.1/", "example.org/not-dc/"),
    ],
)
def test_what_only_feedparser_reads_is_left_to_it(old: str, new: str) -> None:
    """Anything out of the ordinary makes the fast path step aside."""
    assert old in EVERYDAY
    assert not _both(EVERYDAY.replace(old, new, 1).encode())


def test_a_charset_that_contradicts_is_left_to_feedparser() -> None:
    """When header and document disagree, the reference decides."""
    assert not _both(EVERYDAY.encode(), **{"content-type": "text/xml; charset=iso-8859-1"})


def test_all_recorded_feeds_agree(corpora: Path) -> None:
    """Over every recorded feed the fast path gives feedparser's result or none."""
    taken = [_both(body, url, **headers) for body, url, headers in recorded_feeds(corpora)]
    assert sum(taken) > 500


def test_recorded_items_shuffled_and_mixed_agree(corpora: Path) -> None:
    """Items put together from the elements of other feeds, in any order, are read alike, too."""
    chance = random.Random(20261121)
    roots = [root for body, _, _ in recorded_feeds(corpora) if len(body) < 30_000 and (root := _root(body)) is not None]
    elements = [child for root in roots for item in _items(root)[:3] for child in item]
    taken = 0
    for _ in range(1000):
        root = copy.deepcopy(chance.choice(roots))
        for item in _items(root)[3:]:
            item.getparent().remove(item)  # type: ignore[union-attr] # an item has a parent
        for item in _items(root):
            for child in chance.sample(list(item), len(item)):
                item.append(child)
            item.insert(chance.randrange(len(item) + 1), copy.deepcopy(chance.choice(elements)))
        taken += _both(b"<?xml version='1.0' encoding='utf-8'?>" + etree.tostring(root, encoding="utf-8"))
    assert taken > 200


def _root(body: bytes) -> etree._Element | None:
    try:
        root = etree.fromstring(
            body, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        )
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if _items(root) else None


def _items(root: etree._Element) -> list[etree._Element]:
    return [item for item in root.iter("{*}item", "{*}entry") if item.getparent() is not None]
