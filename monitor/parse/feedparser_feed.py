"""Parse XML feeds of every format, well-formed or not, with feedparser, the reference."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.domain.urls import absolute_url
from monitor.parse import feedparser_compat
from monitor.parse.article_link import ItemLink, article_link
from monitor.parse.body import escape_ampersands
from monitor.parse.items import NOTHING, FeedDocument, Item, Markup
from monitor.parse.poll_hints import poll_hints
from monitor.parse.warnings_in_feeds import NAMES, NAMESPACE, warning_identity, warning_tags, warning_texts, warning_versions

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_SAYS_UTF8 = re.compile(rb"<\?xml\b[^>]{0,100}?\bencoding\s*=\s*[\"']utf-?8[\"']", re.IGNORECASE)
_UNDECLARED_PREFIX = re.compile(rb"<(/?)rss:")
_REFERENCES = re.compile(rb"(?:&#(?:[xX][0-9A-Fa-f]+|[0-9]+);?)+")
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+))")
_SURROGATES = range(0xD800, 0xE000)


def parse_with_feedparser(body: bytes, *, url: str, headers: Mapping[str, str]) -> FeedDocument | None:
    """Return the feed in `body`, fetched from `url` with `headers` (names in lower case); None if there is none.

    Empty entries are left out: feedparser makes one of an item that contains another item.
    """
    base = absolute_url(url, headers.get("content-location", ""))
    known = {
        "content-type": _content_type(body, headers.get("content-type", "")),
        "content-language": headers.get("content-language", ""),
        "content-location": base,
    }
    parsed = feedparser_compat.parse(_repair(body), headers=known)
    if parsed is None:
        return None
    feed, entries = parsed["feed"], parsed["entries"]
    if not parsed["version"] and not entries:
        return None
    links = feed.get("links", ())
    warnings = next((prefix for prefix, uri in parsed["namespaces"].items() if uri.startswith(NAMESPACE)), None)
    return FeedDocument(
        format=parsed["version"] or "unknown",
        title=_markup(feed, "title"),
        link=_absolute(base, feed.get("link")),
        language=feed.get("language"),
        items=tuple(_item(entry, base, warnings) for entry in entries if entry),
        hubs=_targets(links, "hub", base),
        self_url=next(iter(_targets(links, "self", base)), None),
        hints=poll_hints(body),
        older=next(iter((*_targets(links, "prev-archive", base), *_targets(links, "next", base))), None),
    )


def _item(entry: Any, base: str, warnings: str | None) -> Item:
    """Return an entry of feedparser as an item. `warnings` is the prefix of the elements of a warning."""
    warning = {} if warnings is None else {name: _text(entry, f"{warnings}_{name}") for name in NAMES}
    content = _content(entry.get("content", ()))
    own_summary = "summary_detail" in entry or not content.value
    return Item(
        title=_markup(entry, "title") if _text(entry, "title") else Markup(value=_text(entry, "itunes_title")),
        summary=_markup(entry, "summary") if own_summary else NOTHING,
        content=content,
        link=_link(entry, base),
        guid=warning_identity(warning) or entry.get("id") or None,
        identified=warning_identity(warning) is not None,
        versions=warning_versions(warning),
        authors=_authors(entry),
        tags=(*(str(tag.get("term") or tag.get("label") or "") for tag in entry.get("tags", ())), *warning_tags(warning)),
        language=_language(entry),
        published=_text(entry, "published") or _text(entry, "created"),
        updated=_text(entry, "updated"),
        image=_absolute(base, _image(entry)),
        further=(*((_markup(entry, "subtitle"),) if _text(entry, "subtitle") else ()), *warning_texts(warning)),
    )


def _content_type(body: bytes, stated: str) -> str:
    """Return the media type for feedparser, which takes an undeclared encoding for Latin-1 without one.

    A document that declares UTF-8 and is valid UTF-8 counts for more than the header: servers' defaults are often wrong.
    """
    if not stated:
        return "application/xml"
    if not _SAYS_UTF8.match(body) or body.isascii():
        return stated
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return stated
    return "application/xml; charset=utf-8"


def _repair(body: bytes) -> bytes:
    """Escape raw ampersands, replace invalid character references, and remove the prefix `rss:`, which has no namespace.

    feedparser would turn `AT&T` into `AT&T;` and `&copy=1` in a link into ©, and raises at references that are no character.
    """
    body = escape_ampersands(body)
    if b"&#" in body:
        body = _REFERENCES.sub(_repair_references, body)
    return _UNDECLARED_PREFIX.sub(rb"<\1", body) if b"<rss:item" in body else body


def _repair_references(found: re.Match[bytes]) -> bytes:
    """Return character references unchanged if all are valid, else with UTF-16 surrogate pairs joined and the rest replaced."""
    numbers = [
        int(hexadecimal or decimal, 16 if hexadecimal else 10) if len(hexadecimal or decimal) <= 10 else -1
        for hexadecimal, decimal in _REFERENCE.findall(found[0])
    ]
    if all(0 <= number < 0x110000 and number not in _SURROGATES for number in numbers):
        return found[0]
    text = "".join(chr(number) if 0 <= number < 0x110000 else "\ufffd" for number in numbers)
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(f"&#{ord(char)};" for char in whole).encode()


def _text(entry: Any, name: str) -> str:
    """Return a plain field; `dict.get`, since feedparser's own access to `updated` warns and falls back to the publication date."""
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""


def _markup(element: Any, name: str) -> Markup:
    detail = element.get(f"{name}_detail") or {}
    return Markup(value=_text(element, name), html=detail.get("type", "text/html") in _HTML_TYPES)


def _content(parts: Sequence[Any]) -> Markup:
    """Return the longest part that is text, not a picture or the like."""
    texts = [part for part in parts if part.get("value") and part.get("type", "") in {*_HTML_TYPES, "text/plain", ""}]
    if not texts:
        return NOTHING
    part = max(texts, key=lambda part: len(part["value"]))
    return Markup(value=part["value"], html=part.get("type") != "text/plain")


def _link(entry: Any, base: str) -> str | None:
    links = [
        ItemLink(
            relation=str(link.get("rel") or "").lower(), kind=str(link.get("type") or "").lower(), href=str(link.get("href") or "")
        )
        for link in entry.get("links", ())
    ]
    return article_link(_text(entry, "link"), links, base)


def _authors(entry: Any) -> tuple[str, ...]:
    names = tuple(str(author["name"]) for author in entry.get("authors", ()) if author.get("name"))
    return names or ((_text(entry, "author"),) if _text(entry, "author") else ())


def _language(entry: Any) -> str | None:
    details = (*entry.get("content", ()), entry.get("summary_detail"), entry.get("title_detail"))
    return next((detail["language"] for detail in details if detail and detail.get("language")), None)


def _image(entry: Any) -> str | None:
    for thumbnail in entry.get("media_thumbnail", ()):
        if thumbnail.get("url"):
            return str(thumbnail["url"])
    for media in entry.get("media_content", ()):
        if media.get("url") and (media.get("medium") == "image" or str(media.get("type", "")).startswith("image/")):
            return str(media["url"])
    for link in entry.get("links", ()):
        if link.get("href") and link.get("rel") == "enclosure" and str(link.get("type", "")).startswith("image/"):
            return str(link["href"])
    image = entry.get("image")
    return _text(image, "href") or None if isinstance(image, dict) else None


def _targets(links: Sequence[Any], relation: str, base: str) -> tuple[str, ...]:
    return tuple(absolute_url(base, link["href"]) for link in links if link.get("rel") == relation and link.get("href"))


def _absolute(base: str, href: object) -> str | None:
    return absolute_url(base, href) if isinstance(href, str) and href.strip() else None
