"""JSON documents: an article, a list of articles, or an object that holds such a list, under the names in common use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor.parse import jsonfeed
from monitor.parse.items import NOTHING, Item, Markup

MAX_RECORDS = 100_000
_TITLE = ("title", "headline", "subject", "name")
_URL = ("url", "link", "permalink", "canonical_url", "source_url", "href", "external_url")
_HTML = ("content_html", "html", "body_html")
_TEXT = ("text", "content", "body", "article", "maintext", "content_text", "full_text", "fulltext", "articlebody", "story")
_SUMMARY = ("summary", "description", "abstract", "excerpt", "lead", "snippet", "teaser")
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
_IDENTITY = ("id", "guid", "_id", "uuid")
_LISTS = ("items", "articles", "entries", "documents", "docs", "data", "results", "stories", "posts", "hits", "records", "news")
_LOOKS_LIKE_HTML = re.compile(r"</?(?:p|br|div|a|span|b|i|em|strong|ul|li|h[1-6]|img|blockquote)\b[^<>]*>", re.IGNORECASE)


def items_of_json(data: bytes) -> tuple[Item, ...] | None:
    """The articles in a JSON document (a JSON Feed among them); None if it is no JSON. Values of another type than expected count as missing."""
    value = jsonfeed.decoded_json(data)
    if value is None:
        return None
    feed = jsonfeed.from_value(value, url="")
    return feed.items if feed is not None else items_of_value(value)


def items_of_lines(data: bytes) -> tuple[Item, ...] | None:
    """The articles in JSON lines; lines that are no JSON are passed over, and None if all are."""
    decoded = (jsonfeed.decoded_json(line) for line in data.splitlines()[:MAX_RECORDS] if line.strip())
    values = [value for value in decoded if value is not None]
    return tuple(item for value in values for item in items_of_value(value)) if values else None


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
    return (item,) if item is not None else ()


def _lowered(record: dict[str, Any]) -> dict[str, Any]:
    return {str(name).lower(): member for name, member in record.items()}


def _holds_text(record: dict[str, Any]) -> bool:
    return any(isinstance(record.get(name), str) and record[name].strip() for name in (*_TEXT, *_HTML))


def _item(record: dict[str, Any]) -> Item | None:
    """The article in one object; None if it has neither title nor text."""
    html, text = _first(record, _HTML), _first(record, _TEXT)
    item = Item(
        title=Markup(value=_first(record, _TITLE)),
        summary=markup(_first(record, _SUMMARY)),
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


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (jsonfeed.text_of(record, name) for name in names)), "")


def _names(record: dict[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    """Texts out of a text, a list of texts, an object with a name, or a list of such objects."""
    for name in names:
        value = record.get(name)
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, str):
                yield member
            elif isinstance(member, dict):
                yield jsonfeed.text_of(member, "name") or jsonfeed.text_of(member, "title")
