"""Parse JSON Feed 1.0 and 1.1 (jsonfeed.org) without relying on the type of any value."""

from __future__ import annotations

import json
from typing import Any

import orjson

from monitor.domain.urls import absolute_url
from monitor.parse.items import NOTHING, FeedDocument, Item, Markup

_UTF8_BOM = b"\xef\xbb\xbf"


def parse_json_feed(body: bytes, *, url: str) -> FeedDocument | None:
    """Return the JSON Feed in `body`, fetched from `url`; None if it is other JSON or not JSON."""
    return feed_of_value(decode_json(body.removeprefix(_UTF8_BOM)), url=url)


def decode_json(body: bytes) -> Any:
    """Return the value of a JSON document; None if it is not JSON.

    Any encoding is accepted, and so are common faults: half of a surrogate pair, or a raw line end in a text.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    encoding = json.detect_encoding(body)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    try:
        value = json.loads(text, strict=False, parse_constant=lambda _: None)
        return orjson.loads(
            json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        )
    except (ValueError, RecursionError):
        return None


def feed_of_value(feed: Any, *, url: str) -> FeedDocument | None:
    """Return the JSON Feed in a decoded document, or None. Accepts any version, or none if the feed names its page or address."""
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    version = text_of(feed, "version")
    if not version and not feed.get("home_page_url") and not feed.get("feed_url"):
        return None
    return FeedDocument(
        format="json11" if version.rstrip("/").endswith("1.1") else "json1",
        title=Markup(value=text_of(feed, "title")),
        link=_link(feed, "home_page_url", url),
        language=text_of(feed, "language") or None,
        items=tuple(filter(_is_not_empty, (_item(item, url, _authors(feed)) for item in feed["items"] if isinstance(item, dict)))),
        hubs=tuple(filter(None, (_link(hub, "url", url) for hub in list_of(feed, "hubs") if isinstance(hub, dict)))),
        self_url=_link(feed, "feed_url", url),
        older=_link(feed, "next_url", url),
    )


def text_of(record: dict[str, Any], name: str) -> str:
    """Return a member as text; a number as its digits, as some feeds number their items; anything else as an empty text."""
    value = record.get(name)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def list_of(record: dict[str, Any], name: str) -> list[Any]:
    """Return a member that is a list; an empty list if it is not one."""
    value = record.get(name)
    return value if isinstance(value, list) else []


def _item(item: dict[str, Any], url: str, feed_authors: tuple[str, ...]) -> Item:
    html, plain = text_of(item, "content_html"), text_of(item, "content_text")
    return Item(
        title=Markup(value=text_of(item, "title")),
        summary=Markup(value=text_of(item, "summary")),
        content=Markup(value=html, html=True) if html else Markup(value=plain) if plain else NOTHING,
        link=_link(item, "url", url) or _link(item, "external_url", url),
        guid=text_of(item, "id") or None,
        authors=_authors(item) or feed_authors,
        tags=tuple(tag for tag in list_of(item, "tags") if isinstance(tag, str)),
        language=text_of(item, "language") or None,
        published=text_of(item, "date_published"),
        updated=text_of(item, "date_modified"),
        image=_link(item, "image", url) or _link(item, "banner_image", url),
    )


def _is_not_empty(item: Item) -> bool:
    return any((item.guid, item.link, item.title.value, item.summary.value, item.content.value))


def _link(record: dict[str, Any], name: str, base: str) -> str | None:
    href = text_of(record, name)
    return absolute_url(base, href) if href else None


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    people = list_of(record, "authors") or [record.get("author")]
    return tuple(filter(None, (text_of(person, "name") for person in people if isinstance(person, dict))))
