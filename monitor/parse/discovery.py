"""Find the feeds that a web page links to in its head."""

from __future__ import annotations

import re
from html import unescape

from monitor.domain.urls import absolute_url, is_http

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json", "text/xml"}
)
_HEAD = 300_000
_MAX_LINKS = 500
MAX_FEEDS = 20
# Not an HTML parser: its time grows with the square of the nesting depth, and these tags can be read one by one.
_TAG = re.compile(r"<(link|base)\b([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]{1,20})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


def feeds_of_page(body: bytes, *, url: str) -> tuple[str, ...]:
    """Return the absolute addresses of the feeds that the HTML page at `url` links to, in document order, comment feeds last."""
    text = body[:_HEAD].decode("utf-8", "replace")
    base = url
    found: dict[str, bool] = {}
    for _, tag in zip(range(_MAX_LINKS), _TAG.finditer(text), strict=False):
        attributes = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[2])}
        href = attributes.get("href", "")
        if tag[1].lower() == "base":
            base = absolute_url(url, href)
        elif _is_feed_link(attributes) and is_http(address := absolute_url(base, href)) and "oembed" not in address:
            found.setdefault(address, "comment" in address.lower())
    return tuple(sorted(found, key=lambda address: found[address])[:MAX_FEEDS])


def _is_feed_link(attributes: dict[str, str]) -> bool:
    media_type = attributes.get("type", "").lower().partition(";")[0].strip()
    return "alternate" in attributes.get("rel", "").lower().split() and media_type in _FEED_TYPES and bool(attributes.get("href"))
