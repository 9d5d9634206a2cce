"""Show the newest alerts as an Atom feed (RFC 4287), for feed readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import one_line
from monitor.domain.times import rfc3339
from monitor.domain.urls import is_http
from monitor.records import alert_record
from monitor.storage import alerts
from monitor.web.app_state import app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.parameters import LIMIT, SEVERITY, SINCE, TERM, alert_filter, limit_parameter

_ATOM: Final = "http://www.w3.org/2005/Atom"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DEFAULT_LIMIT: Final = 50
_KEPT_IN_URLS: Final = "%/:?#[]@!$&'()*+,;=~"
"""Characters of a URL that are not percent-encoded; with any others the feed would not be valid."""


async def _get(request: Request) -> Response:
    wanted, limit = alert_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request, _DEFAULT_LIMIT)
    found = await app_state_of(request).read(lambda connection: alerts.listing(connection, wanted, limit=limit))
    entries = [_entry(alert_record(stored, SYSTEM_CLOCK.now())) for stored in found]
    return atom_response(request, entries, "urn:news-monitor:alerts", "news-monitor: alerts")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomEntry:
    """One entry of a feed; times are in RFC 3339."""

    id: str
    title: str
    updated: str
    published: str | None
    author: str
    url: str | None
    categories: tuple[str, ...]
    summary: str


def atom_response(request: Request, entries: Iterable[AtomEntry], feed_id: str, title: str) -> Response:
    """Return an Atom document with the URL of a request."""
    shown = tuple(entries)
    root = ET.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", feed_id)
    _add(root, "title", title)
    _add(root, "updated", max((entry.updated for entry in shown), default=rfc3339(SYSTEM_CLOCK.now())))
    _add(_add(root, "author"), "name", "news-monitor")
    _add(root, "link", rel="self", type="application/atom+xml", href=str(request.url))
    root.extend(map(_element, shown))
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(document, media_type="application/atom+xml")


def _entry(record: Mapping[str, Any]) -> AtomEntry:
    alert, article = record["alert"], record["article"]
    return AtomEntry(
        id=f"urn:uuid:{record['id']}",
        title=f"[{alert['severity']}] {alert['term']}: {article['title']}",
        updated=record["created_at"],
        published=article.get("published_at"),
        author=article["author"] or article["source"],
        url=article["url"],
        categories=(alert["term"], *alert["tags"]),
        summary=record["snippet"],
    )


def _element(entry: AtomEntry) -> ET.Element:
    element = ET.Element("entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated)
    if entry.published:
        _add(element, "published", entry.published)
    _add(_add(element, "author"), "name", entry.author)
    if entry.url and is_http(entry.url):
        _add(element, "link", rel="alternate", href=quote(entry.url, safe=_KEPT_IN_URLS))
    for category in entry.categories:
        _add(element, "category", term=category)
    _add(element, "summary", entry.summary, type="text")
    return element


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    element.text = None if text is None else _clean(text)
    return element


def _clean(text: str) -> str:
    return _NOT_XML.sub("", one_line(text))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/alerts.atom",
        handler=_get,
        query=(SINCE, TERM, SEVERITY, LIMIT),
        takes=f"`since`, `term`, `severity`, `limit`: the alerts as an Atom feed, {_DEFAULT_LIMIT} without a `limit`",
    ),
)
