"""Parse JSON documents: an article, a list of articles, or an object that contains such a list, under the names in common use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor.parse import json_feed, ninjs
from monitor.parse.items import NOTHING, Item, Markup

MAX_RECORDS = 100_000
_TITLE = ("title", "headline", "subject", "name")
_URL = ("url", "link", "permalink", "canonical_url", "source_url", "href", "external_url")
_HTML = ("content_html", "html", "body_html")
_TEXT = ("text", "content", "body", "article", "maintext", "content_text", "full_text", "fulltext", "articlebody", "story")
_SUMMARY = ("summary", "description", "abstract", "excerpt", "lead", "lead_paragraph", "snippet", "teaser")
_PUBLISHED = (
    "published_at",
    "published",
    "date_published",
    "datepublished",
    "publishedat",
    "pubdate",
    "publish_date",
    "date_publish",
)
_PUBLISHED_TOO = ("publication_date", "date", "datetime", "timestamp", "created_at", "created", "seendate", "time")
_UPDATED = ("updated_at", "updated", "date_modified", "datemodified", "modified", "updatedat", "date_modify")
_AUTHOR = ("author", "authors", "byline", "creator", "by")
_LANGUAGE = ("language", "lang", "inlanguage")
_TAGS = ("tags", "keywords", "categories", "category", "section", "topics")
_IMAGE = ("image", "image_url", "imageurl", "thumbnail", "urltoimage")
_AROUND_LINE = b" \t,\x1e"
"""What may surround the JSON on a line: a comma, or the record separator of RFC 7464."""
_IDENTITY = ("id", "guid", "_id", "uuid")
_LISTS = (
    "items",
    "articles",
    "entries",
    "documents",
    "docs",
    "data",
    "results",
    "stories",
    "posts",
    "hits",
    "records",
    "news",
    "response",
    "@graph",
)
_INSIDE = ("rendered", "main", "value", "#text", "$t", "name")
"""Names under which an object holds its text, as in `{"rendered": …}`."""
_LOOKS_LIKE_HTML = re.compile(r"</?(?:p|br|div|a|span|b|i|em|strong|ul|li|h[1-6]|img|blockquote)\b[^<>]*>", re.IGNORECASE)


def items_of_json(data: bytes) -> tuple[Item, ...] | None:
    """Return the articles of a JSON document, which may be a JSON Feed; None if it is not JSON. Values of an unexpected type count as missing."""
    value = json_feed.decode_json(data)
    if value is None:
        values = _values(data)
        return _items(values) if values and all(isinstance(one, dict) for one in values) else None
    feed = json_feed.feed_of_value(value, url="")
    return feed.items if feed is not None else items_of_value(value)


def items_of_lines(data: bytes) -> tuple[Item, ...] | None:
    """Return the articles of JSON lines, skipping lines that are not JSON; None if all are not."""
    values = [value for value in _values(data) if value is not None]
    if not values:
        whole = json_feed.decode_json(data)
        return None if whole is None else items_of_value(whole)
    return _items(values)


def _values(data: bytes) -> list[Any]:
    """Return the value of each line; None for a line that is not JSON."""
    return [json_feed.decode_json(line) for raw in data.splitlines()[:MAX_RECORDS] if (line := raw.strip(_AROUND_LINE))]


def _items(values: list[Any]) -> tuple[Item, ...]:
    return tuple(item for value in values for item in items_of_value(value))


def items_of_value(value: Any, *, depth: int = 3) -> tuple[Item, ...]:
    """Return the articles in a decoded value: the members of a list in it, at most `depth` objects down, else the value itself."""
    if isinstance(value, list):
        records = (_lowered(entry) for entry in value[:MAX_RECORDS] if isinstance(entry, dict))
        return tuple(item for record in records if (item := _item(record)) is not None)
    if not isinstance(value, dict):
        return ()
    record = _lowered(value)
    held = [record[name] for name in _LISTS if isinstance(record.get(name), list | dict)]
    inner = items_of_value(held[0], depth=depth - 1) if held and depth > 0 and not _holds_text(record) else ()
    if inner:
        return inner
    item = _item(record)
    if item is not None or depth <= 0:
        return (item,) if item is not None else ()
    members = list(value.values())
    return items_of_value(members) if all(isinstance(member, dict) for member in members) else ()


def _lowered(record: dict[str, Any]) -> dict[str, Any]:
    """Return the object with names in lower case, and with what a search engine wraps in `_source`."""
    inner = record.get("_source")
    whole = {**record, **inner} if isinstance(inner, dict) else record
    return {str(name).lower(): member for name, member in whole.items()}


def _holds_text(record: dict[str, Any]) -> bool:
    return any(isinstance(record.get(name), str) and record[name].strip() for name in (*_TEXT, *_HTML))


def _item(record: dict[str, Any]) -> Item | None:
    """Return the article of one object; None if it has neither title nor text."""
    if ninjs.is_ninjs(record):
        return ninjs.item_of_ninjs(record)
    html, text = _prose(record, _HTML), _prose(record, _TEXT)
    item = Item(
        title=Markup(value=_prose(record, _TITLE), html=_is_rendered(record.get("title"))),
        summary=guess_markup(_prose(record, _SUMMARY)),
        content=Markup(value=html, html=True) if html else guess_markup(text),
        link=_first(record, _URL) or None,
        guid=_first(record, _IDENTITY) or None,
        authors=tuple(_names(record, _AUTHOR)),
        tags=tuple(_names(record, _TAGS)),
        language=_first(record, _LANGUAGE) or None,
        published=_first(record, _PUBLISHED) or _first(record, _PUBLISHED_TOO),
        updated=_first(record, _UPDATED),
        image=_first(record, _IMAGE) or None,
    )
    return item if item.title.value or item.summary.value or item.content.value else None


def guess_markup(text: str) -> Markup:
    """Return a text of unknown type, as HTML if it contains common tags."""
    return Markup(value=text, html=bool(_LOOKS_LIKE_HTML.search(text))) if text else NOTHING


def _is_rendered(value: Any) -> bool:
    """Return whether a value is WordPress's `{"rendered": …}`, which is HTML."""
    return isinstance(value, dict) and "rendered" in value


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (json_feed.text_of(record, name) for name in names)), "")


def _prose(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (_text(record, name) for name in names)), "")


def _text(record: dict[str, Any], name: str) -> str:
    """Return a member as text: a text, the text of an object, or paragraphs joined."""
    value = record.get(name)
    if isinstance(value, dict):
        return next(filter(None, (json_feed.text_of(value, inner) for inner in _INSIDE)), "")
    if isinstance(value, list):
        return "\n\n".join(paragraph for paragraph in value if isinstance(paragraph, str))
    return json_feed.text_of(record, name)


def _names(record: dict[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    """Yield names from texts and from objects with a name, alone or in lists."""
    for name in names:
        value = record.get(name)
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, str):
                yield member
            elif isinstance(member, dict):
                yield json_feed.text_of(member, "name") or json_feed.text_of(member, "title")
