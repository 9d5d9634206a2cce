"""JSON documents: an article, a list of articles, or an object that holds such a list, under the names in common use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor.parse import json_feed
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
"""What some put around a line of JSON: a comma, or the record separator of RFC 7464."""
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
"""Names under which an object holds the one text that it is about."""
_LOOKS_LIKE_HTML = re.compile(r"</?(?:p|br|div|a|span|b|i|em|strong|ul|li|h[1-6]|img|blockquote)\b[^<>]*>", re.IGNORECASE)


def items_of_json(data: bytes) -> tuple[Item, ...] | None:
    """The articles in a JSON document (a JSON Feed among them); None if it is no JSON. Values of another type than expected count as missing."""
    value = json_feed.decoded_json(data)
    if value is None:
        values = _values(data)
        return _items(values) if values and all(isinstance(one, dict) for one in values) else None
    feed = json_feed.from_value(value, url="")
    return feed.items if feed is not None else items_of_value(value)


def items_of_lines(data: bytes) -> tuple[Item, ...] | None:
    """The articles in JSON lines; lines that are no JSON are passed over, and None if all are."""
    values = [value for value in _values(data) if value is not None]
    if not values:
        whole = json_feed.decoded_json(data)
        return None if whole is None else items_of_value(whole)
    return _items(values)


def _values(data: bytes) -> list[Any]:
    """What each line holds, None for what is no JSON."""
    return [json_feed.decoded_json(line) for raw in data.splitlines()[:MAX_RECORDS] if (line := raw.strip(_AROUND_LINE))]


def _items(values: list[Any]) -> tuple[Item, ...]:
    return tuple(item for value in values for item in items_of_value(value))


def items_of_value(value: Any, *, depth: int = 3) -> tuple[Item, ...]:
    """The articles in a decoded value: the members of a list that it holds, at most `depth` objects down, or else itself."""
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
    """With names in small letters; what a search engine wraps in `_source` is taken out, with its identity."""
    inner = record.get("_source")
    whole = {**record, **inner} if isinstance(inner, dict) else record
    return {str(name).lower(): member for name, member in whole.items()}


def _holds_text(record: dict[str, Any]) -> bool:
    return any(isinstance(record.get(name), str) and record[name].strip() for name in (*_TEXT, *_HTML))


def _item(record: dict[str, Any]) -> Item | None:
    """The article in one object; None if it has neither title nor text."""
    html, text = _prose(record, _HTML), _prose(record, _TEXT)
    item = Item(
        title=Markup(value=_prose(record, _TITLE), html=_is_rendered(record.get("title"))),
        summary=markup(_prose(record, _SUMMARY)),
        content=Markup(value=html, html=True) if html else markup(text),
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


def markup(text: str) -> Markup:
    """A text of which it is not said whether it is HTML: it is if it has tags that are in common use."""
    return Markup(value=text, html=bool(_LOOKS_LIKE_HTML.search(text))) if text else NOTHING


def _is_rendered(value: Any) -> bool:
    """WordPress gives its titles as HTML."""
    return isinstance(value, dict) and "rendered" in value


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (json_feed.text_of(record, name) for name in names)), "")


def _prose(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (_text(record, name) for name in names)), "")


def _text(record: dict[str, Any], name: str) -> str:
    """A member as text: its own, that of the object it is, or its paragraphs."""
    value = record.get(name)
    if isinstance(value, dict):
        return next(filter(None, (json_feed.text_of(value, inner) for inner in _INSIDE)), "")
    if isinstance(value, list):
        return "\n\n".join(paragraph for paragraph in value if isinstance(paragraph, str))
    return json_feed.text_of(record, name)


def _names(record: dict[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    """Texts out of a text, a list of texts, an object with a name, or a list of such objects."""
    for name in names:
        value = record.get(name)
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, str):
                yield member
            elif isinstance(member, dict):
                yield json_feed.text_of(member, "name") or json_feed.text_of(member, "title")
