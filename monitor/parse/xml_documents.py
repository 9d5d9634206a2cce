"""Read XML files: the formats of agencies and authorities, and feeds of every kind that were saved as a file."""

from __future__ import annotations

from lxml import etree

from monitor.parse.feed import read_feed_document
from monitor.parse.items import Item
from monitor.parse.result import ParseFailure
from monitor.parse.safe_xml import parse_xml
from monitor.parse.xml_elements import local_name

_READ = "RSS, Atom, NewsML-G2, NITF or CAP"
_NO_NEWS = {
    "alert": "a receipt or an error in CAP, which warns of nothing",
    "opml": "a list of feeds (OPML); `news-monitor feeds import FILE` takes it",
    "urlset": "a sitemap without news",
    "sitemapindex": "a list of sitemaps; add its address to `feeds:` instead",
}


def items_of_xml(data: bytes) -> tuple[Item, ...] | ParseFailure:
    """Return the items of an XML file, or why it has none."""
    document = read_feed_document(data, url="")
    if document is not None and document.items:
        return document.items
    try:
        root = local_name(parse_xml(data))
    except (etree.XMLSyntaxError, ValueError) as error:
        return ParseFailure(reason=f"not well-formed XML: {str(error)[:200]}")
    if document is not None:
        return ParseFailure(reason=f"XML (<{root[:50]}>) without any item")
    return ParseFailure(reason=_NO_NEWS.get(root, f"XML, but not {_READ}: its first element is <{root[:50]}>"))
