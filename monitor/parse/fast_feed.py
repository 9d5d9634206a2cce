"""The fast path: well-formed feeds of everyday features, read with lxml several times as fast as by feedparser; of a known one, only what is new.

A conservative look at the bytes decides; then the items are read by `fastitem`, and what is left of the document by feedparser itself,
so that everything about the feed as a whole is its reading anyway. A test holds both paths to the same result.
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
from monitor.parse.lru_cache import LruCache, keys_in
from monitor.parse.safe_xml import tree

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
    """A document taken apart where its items begin: what stands before them, each with what follows it, and what stands after the last."""

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes

    @property
    def frame(self) -> bytes:
        """The document without its items, and without the dates of the whole: they change often, and nobody asks for them."""
        return _FRAME_DATES.sub(lambda found: b"" if found[1] else found[0], self.head + self.tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What surrounds the items and decides how they are read. `names` are the prefixes in force where they stand."""

    base: str
    own_base: bool
    atom: bool
    language: str | None
    names: tuple[tuple[str, str], ...]


def read(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str],
    known: Mapping[bytes, Fingerprint] = _NOTHING_KNOWN,
    frames: LruCache[FeedDocument] = _FRAMES,
) -> FeedDocument | None:
    """The feed in `body` if it can be read exactly as feedparser would; None if that is not certain, whatever the body is.

    Items whose piece is `known`, letter for letter and in the same surroundings, are not read again; nor is the rest, if it is in `frames`.
    """
    plain = _as_utf8(body, headers)
    parts = _taken_apart(plain) if plain is not None else None
    if parts is None:
        return None
    try:
        root, sample = _checked(parts, parts.items[:1])
        if name_of(root) not in _ROOTS:
            return None
        items, recognised = _items(parts, sample, _context(root, sample[0], url, headers), known)
        document = _frame(parts.frame, url, headers, frames)
    except (Unsure, etree.XMLSyntaxError, ValueError):
        return None
    if document is None or document.items or document.format.startswith("atom") != (root.tag == f"{_ATOM}feed"):
        return None
    return replace(document, items=items, recognised=recognised)


def _frame(frame: bytes, url: str, headers: Mapping[str, str], known: LruCache[FeedDocument]) -> FeedDocument | None:
    key = keys_in(repr((url, headers.get("content-location"), headers.get("content-language"))))(frame)
    document = known.get(key)
    if document is None:
        tree(frame)
        document = feedparser_feed.read(frame, url=url, headers={**headers, "content-type": "application/xml; charset=utf-8"})
        if document is not None:
            known.add(key, document, len(frame))
    return document


def _checked(parts: _Parts, some: Sequence[bytes]) -> tuple[etree._Element, list[etree._Element]]:
    """The root and the items of the document with only `some` of its items; Unsure where something may not be what it seems."""
    root = tree(parts.head + b"".join(some) + parts.tail)
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
    """The items, of which `sample` holds the first, and the imprints of those that are known.

    What stands between two beginnings of items is whole in itself, whatever document it is put into; not so where an item has a prefix,
    for such beginnings were not looked for.
    """
    key_of = keys_in(repr(context))
    pieces = [key_of(markup.rstrip())[:SIZE] for markup in parts.items]
    unread = [number for number, piece in enumerate(pieces) if piece not in known]
    elements = sample if unread == [0] else _checked(parts, [parts.items[number] for number in unread])[1] if unread else []
    whole = all(element.prefix is None for element in elements)
    items = tuple(
        read_item(
            element,
            base=context.base,
            own_base=context.own_base,
            atom=context.atom,
            language=context.language,
            piece=pieces[number] if whole else NO_SOURCE_HASH,
        )
        for number, element in zip(unread, elements, strict=True)
    )
    return items, tuple(known[piece] for piece in pieces if piece in known)


def _as_utf8(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    """The document in UTF-8 where its encoding is beyond doubt: declared alike wherever it is declared, and true."""
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


def _taken_apart(body: bytes) -> _Parts | None:
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
