"""The feeds that a web page names in its head."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from monitor.domain.urls import absolute_url, is_http

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json", "text/xml"}
)
_HEAD = 300_000
MAX_FEEDS = 20


def feeds_of_page(body: bytes, *, url: str) -> tuple[str, ...]:
    """Absolute addresses of the feeds that the HTML page at `url` links to, in its order, comment feeds last."""
    tree = LexborHTMLParser(body[:_HEAD].decode("utf-8", "replace"))
    base_tag = tree.css_first("base[href]")
    base = absolute_url(url, (base_tag.attributes.get("href") or "") if base_tag else "")
    found: dict[str, bool] = {}
    for link in tree.css("link[rel][href][type]"):
        relations = (link.attributes.get("rel") or "").lower().split()
        media_type = (link.attributes.get("type") or "").lower().partition(";")[0].strip()
        address = absolute_url(base, link.attributes.get("href") or "")
        if "alternate" in relations and media_type in _FEED_TYPES and is_http(address) and "oembed" not in address:
            found.setdefault(address, "comment" in address.lower())
    return tuple(sorted(found, key=lambda address: found[address])[:MAX_FEEDS])
