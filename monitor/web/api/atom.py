"""Show the newest alerts as an Atom feed (RFC 4287), for feed readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
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
    records = [alert_record(stored, SYSTEM_CLOCK.now()) for stored in found]
    return Response(atom_feed(records, str(request.url), SYSTEM_CLOCK.now()), media_type="application/atom+xml")


def atom_feed(records: Iterable[Mapping[str, Any]], url: str, now: datetime) -> bytes:
    """Return the records of alerts as an Atom document with the URL `url`."""
    entries = [_entry(record) for record in records]
    root = ET.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", "urn:news-monitor:alerts")
    _add(root, "title", "news-monitor: alerts")
    _add(root, "updated", max((entry.findtext("updated") or "" for entry in entries), default=rfc3339(now)))
    _add(_add(root, "author"), "name", "news-monitor")
    _add(root, "link", rel="self", type="application/atom+xml", href=url)
    root.extend(entries)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entry(record: Mapping[str, Any]) -> ET.Element:
    alert, article = record["alert"], record["article"]
    entry = ET.Element("entry")
    _add(entry, "id", f"urn:uuid:{record['id']}")
    _add(entry, "title", f"[{alert['severity']}] {alert['term']}: {article['title']}")
    _add(entry, "updated", record["created_at"])
    if article.get("published_at"):
        _add(entry, "published", article["published_at"])
    _add(_add(entry, "author"), "name", article["author"] or article["source"])
    if article["url"] and is_http(article["url"]):
        _add(entry, "link", rel="alternate", href=quote(article["url"], safe=_KEPT_IN_URLS))
    for tag in (alert["term"], *alert["tags"]):
        _add(entry, "category", term=tag)
    _add(entry, "summary", record["snippet"], type="text")
    return entry


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
