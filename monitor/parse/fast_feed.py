"""Parse ordinary well-formed feeds with lxml, several times as fast as feedparser; of a known document, only what is new.

A conservative check of the bytes decides whether a document qualifies. Then `fast_item` reads the items, and feedparser the rest of the
document, so what is said of the feed as a whole comes from feedparser in any case. A test compares the results of both parsers.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from feedparser.urls import make_safe_absolute_uri
from lxml import etree

from monitor.domain.fingerprint import NO_SOURCE_HASH, SIZE, Fingerprint
from monitor.domain.urls import absolute_url
from monitor.parse import feedparser_feed
from monitor.parse.fast_item import XML_BASE, XML_LANG, Unsure, name_of, read_item
from monitor.parse.items import FeedDocument, Item
from monitor.parse.lru_cache import LruCache, key_function
from monitor.parse.safe_xml import parse_xml

_DECLARED = re.compile(rb"<\?xml\b[^>]{0,100}?\bencoding\s*=\s*[\"']([\w.-]{1,40})[\"'][^>]{0,100}\?>")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_UTF8_DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>"
_SINGLE_BYTE = re.compile(r"(?:iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|us-ascii)\Z")
_NOT_HERE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OPENING = re.compile(rb"<(?:item|entry)(?=[\s>/])")
_OWN_BASE = etree.XPath(
    "boolean(/*/descendant::*[not(local-name()='content' or local-name()='summary' or local-name()='title')]/@xml:base | //@base | //@lang)"
)
_OWN_LANGUAGE = etree.XPath(
    "boolean(/*/descendant::*[not(local-name()='content' or local-name()='summary' or local-name()='title')]/@xml:lang)"
)
_ATOM = "{http://www.w3.org/2005/Atom}"
_ROOTS = frozenset({"rss", "feed", "rdf:rdf"})
_FRAME_DATES = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|(<(lastBuildDate|pubDate|updated|dc:date)>[^<&]{0,100}</\2>)", re.DOTALL
)
_MAX_FRAME_BYTES = 12_000_000
_NOTHING_KNOWN: Mapping[bytes, Fingerprint] = {}
_FRAMES: LruCache[FeedDocument] = LruCache(_MAX_FRAME_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A document split where its items begin: what is before the first, each item with what follows it, and what is after the last."""

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes

    @property
    def frame(self) -> bytes:
        """The document without its items and without the dates of the feed, which change often and are not used."""
        return _FRAME_DATES.sub(lambda found: b"" if found[1] else found[0], self.head + self.tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What surrounds the items and decides how they are read. `names` are the namespace prefixes in scope."""

    base: str
    own_base: bool
    atom: bool
    language: str | None
    names: tuple[tuple[str, str], ...]


def parse_with_lxml(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str],
    known: Mapping[bytes, Fingerprint] = _NOTHING_KNOWN,
    frames: LruCache[FeedDocument] = _FRAMES,
) -> FeedDocument | None:
    """Return the feed in `body` if it is certain that feedparser would read the same, else None.

    Items whose source hash is `known` are not read again: their bytes and their context are the same. Nor is the rest, if it is in `frames`.
    """
    plain = _to_utf8(body, headers)
    parts = _split(plain) if plain is not None else None
    if parts is None:
        return None
    try:
        root, sample = _parse_items(parts, parts.items[:1])
        if name_of(root) not in _ROOTS:
            return None
        items, recognized = _items(parts, sample, _context(root, sample[0], url, headers), known)
        document = _frame(parts.frame, url, headers, frames)
    except (Unsure, etree.XMLSyntaxError, ValueError):
        return None
    if document is None or document.items or document.format.startswith("atom") != (root.tag == f"{_ATOM}feed"):
        return None
    return replace(document, items=items, recognized=recognized)


def _frame(frame: bytes, url: str, headers: Mapping[str, str], known: LruCache[FeedDocument]) -> FeedDocument | None:
    key = key_function(repr((url, headers.get("content-location"), headers.get("content-language"))))(frame)
    document = known.get(key)
    if document is None:
        parse_xml(frame)
        document = feedparser_feed.parse_with_feedparser(
            frame, url=url, headers={**headers, "content-type": "application/xml; charset=utf-8"}
        )
        if document is not None:
            known.add(key, document, len(frame))
    return document


def _parse_items(parts: _Parts, some: Sequence[bytes]) -> tuple[etree._Element, list[etree._Element]]:
    """Return the root and the items of the document with only `some` of its items. Raises Unsure if it may have been split wrongly."""
    root = parse_xml(parts.head + b"".join(some) + parts.tail)
    items = [element for element in root.iter("{*}item", "{*}entry") if name_of(element) in {"item", "entry"}]
    if len(items) != len(some) or not _are_siblings(items) or _OWN_BASE(root) or _OWN_LANGUAGE(root):
        raise Unsure
    return root, items


def _context(root: etree._Element, item: etree._Element, url: str, headers: Mapping[str, str]) -> _Context:
    base, own_base = absolute_url(url, headers.get("content-location", "")), root.get(XML_BASE)
    parent = item.getparent()
    return _Context(
        base=(make_safe_absolute_uri(base, own_base) or base) if own_base else base,
        own_base=bool(own_base),
        atom=root.tag == f"{_ATOM}feed",
        language=root.get(XML_LANG, headers.get("content-language")),
        names=() if parent is None else tuple(sorted((prefix or "", uri) for prefix, uri in parent.nsmap.items())),
    )


def _items(
    parts: _Parts, sample: list[etree._Element], context: _Context, known: Mapping[bytes, Fingerprint]
) -> tuple[tuple[Item, ...], tuple[Fingerprint, ...]]:
    """Return the items that are not known, and the fingerprints of those that are. `sample` is the first item, parsed.

    Items with a prefix get no source hash: their start tags are not searched for, so the bytes of one may contain another.
    """
    key_of = key_function(repr(context))
    source_hashes = [key_of(markup.rstrip())[:SIZE] for markup in parts.items]
    unread = [number for number, source_hash in enumerate(source_hashes) if source_hash not in known]
    elements = sample if unread == [0] else _parse_items(parts, [parts.items[number] for number in unread])[1] if unread else []
    whole = all(element.prefix is None for element in elements)
    items = tuple(
        read_item(
            element,
            base=context.base,
            own_base=context.own_base,
            atom=context.atom,
            language=context.language,
            source_hash=source_hashes[number] if whole else NO_SOURCE_HASH,
        )
        for number, element in zip(unread, elements, strict=True)
    )
    return items, tuple(known[source_hash] for source_hash in source_hashes if source_hash in known)


def _to_utf8(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    """Return the document in UTF-8 if its encoding is certain: declared the same in header and document, and valid; else None."""
    body = body.removeprefix(codecs.BOM_UTF8)
    if b"<?xml" not in body[:1000]:
        body = body.lstrip()
    if not body.startswith(b"<"):
        return None
    declaration = _DECLARED.match(body)
    declared = declaration[1].decode("ascii").lower() if declaration else "utf-8"
    charset = _CHARSET.search(headers.get("content-type", ""))
    if charset and charset[1].lower() != declared and not body.isascii():
        return None
    if declared not in {"utf-8", "utf8"} and not _SINGLE_BYTE.match(declared):
        return None
    try:
        text = body.decode(declared)
    except (UnicodeDecodeError, LookupError):
        return None
    if declaration is None or declared in {"utf-8", "utf8"}:
        return body
    return _UTF8_DECLARATION + text[declaration.end() :].encode()


def _split(body: bytes) -> _Parts | None:
    starts = [found.start() for found in _OPENING.finditer(body)]
    last = max(body.rfind(b"</item>"), body.rfind(b"</entry>"))
    if not starts or last < starts[0]:
        return None
    if _NOT_HERE.search(body, 0, starts[0]):
        return None
    end = body.find(b">", last) + 1
    ends = [*(start for start in starts[1:] if start < end), end]
    items = tuple(body[start:stop] for start, stop in zip(starts, ends, strict=False))
    return _Parts(head=body[: starts[0]], items=items, tail=body[end:])


def _are_siblings(items: list[etree._Element]) -> bool:
    parent = items[0].getparent() if items else None
    return all(item.getparent() is parent for item in items)
