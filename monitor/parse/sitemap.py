"""Parse sitemaps (sitemaps.org) with Google's news extension, and sitemap indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from monitor.domain.urls import absolute_url
from monitor.parse.body import escape_ampersands
from monitor.parse.dates import parse_date
from monitor.parse.items import FeedDocument, Item, Markup
from monitor.parse.safe_xml import parse_xml

MAX_CHILDREN = 1000
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def parse_sitemap(body: bytes, *, url: str) -> FeedDocument | None:
    """Return the news of a sitemap, or the sitemaps of an index, newest first; None if it is neither or has no news."""
    try:
        root = parse_xml(escape_ampersands(body), recover=True)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if _local(root) == "sitemapindex":
        return FeedDocument(format="sitemapindex", children=_children(root, url))
    items = tuple(_item(fields, url) for fields in map(_fields, root) if fields.get("title") and fields.get("loc"))
    return FeedDocument(format="newssitemap", items=items) if items else None


def _children(root: etree._Element, url: str) -> tuple[str, ...]:
    found = [fields for fields in map(_fields, root) if fields.get("loc")][: MAX_CHILDREN * 50]
    found.sort(key=lambda fields: parse_date(fields.get("lastmod", "")) or _LONG_AGO, reverse=True)
    return tuple(absolute_url(url, fields["loc"]) for fields in found[:MAX_CHILDREN])


def _item(fields: dict[str, str], url: str) -> Item:
    keywords = (*fields.get("keywords", "").split(","), *fields.get("genres", "").split(","))
    return Item(
        title=Markup(value=fields["title"]),
        link=absolute_url(url, fields["loc"]),
        language=fields.get("language"),
        tags=tuple(keyword.strip() for keyword in keywords),
        published=fields.get("publication_date", ""),
        updated=fields.get("lastmod", ""),
        image=fields.get("image"),
    )


def _fields(element: etree._Element) -> dict[str, str]:
    """Return the texts in a `url` or `sitemap` by local name, the first of each; the address of a picture is `image`."""
    fields: dict[str, str] = {}
    for name, text in _leaves(element):
        fields.setdefault(name, text)
    return fields


def _leaves(element: etree._Element) -> Iterator[tuple[str, str]]:
    for child in element:
        name = _local(child)
        if name in {"image", "video"}:
            yield from (("image", _text(leaf)) for leaf in child if _local(leaf) in {"loc", "thumbnail_loc"})
        elif name in {"news", "publication"}:
            yield from _leaves(child)
        elif name:
            yield name, _text(child)


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(piece) for piece in element.itertext()).split())


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
