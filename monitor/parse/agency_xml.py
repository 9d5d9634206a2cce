"""Recognize the XML of agencies and authorities, NewsML-G2, NITF and CAP, by itself or inside the entries of a feed."""

from __future__ import annotations

from lxml import etree

from monitor.domain.urls import absolute_url
from monitor.parse import cap_alert, news_item, nitf
from monitor.parse.body import escape_ampersands
from monitor.parse.item_versions import newest_versions
from monitor.parse.items import FeedDocument, Item, Markup
from monitor.parse.safe_xml import parse_xml
from monitor.parse.warnings_in_feeds import NAMESPACE
from monitor.parse.xml_elements import attribute, descendants, local_name, text_in

_FEEDS = frozenset({"feed", "channel"})
_MARKS = (b"newsMessage", b"newsItem", b"packageItem", b"<nitf", b":nitf", NAMESPACE.encode())


def agency_document(body: bytes, *, url: str) -> FeedDocument | None:
    """Return the items of a document in one of these formats, fetched from `url`; None if it is something else."""
    if not any(mark in body for mark in _MARKS):
        return None
    try:
        root = parse_xml(escape_ampersands(body), recover=True)
    except (etree.XMLSyntaxError, ValueError):
        return None
    name = local_name(root)
    if name in news_item.ROOTS:
        items, kind = news_item.items_of_newsml(root), "newsml-g2"
    elif nitf.is_nitf(root):
        items, kind = tuple(filter(None, (nitf.item_of_nitf(root),))), "nitf"
    else:
        items, kind = _warnings(root, url), "cap"
    return FeedDocument(format=kind, title=Markup(value=_feed_title(root)), items=newest_versions(items)) if items else None


def _warnings(root: etree._Element, url: str) -> tuple[Item, ...]:
    """Return the warnings of a document, also those that the entries of a feed hold whole, unless other entries are among them."""
    alerts = list(cap_alert.alerts_in(root))
    entries = list(descendants(root, "entry", "item"))
    if not alerts or sum(any(True for _ in cap_alert.alerts_in(entry)) for entry in entries) < len(entries):
        return ()
    return cap_alert.items_of_alerts([(alert, _link_around(alert, url)) for alert in alerts])


def _feed_title(root: etree._Element) -> str:
    """Return the title of a feed that holds warnings; empty for a document that is no feed."""
    titles = (
        title for title in descendants(root, "title") if (parent := title.getparent()) is not None and local_name(parent) in _FEEDS
    )
    return text_in(next(titles, None))


def _link_around(alert: etree._Element, url: str) -> str | None:
    """Return the link of the entry that holds a warning."""
    entry = next((parent for parent in alert.iterancestors() if local_name(parent) in {"entry", "item"}), None)
    for link in () if entry is None else descendants(entry, "link"):
        if href := attribute(link, "href") or text_in(link):
            return absolute_url(url, href)
    return None
