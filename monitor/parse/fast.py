"""The fast path: well-formed feeds of everyday features, read with lxml twenty times as fast as by feedparser.

A conservative look at the bytes decides; then the items are read by `fastitem`, and what is left of the document by feedparser itself,
so that everything about the feed as a whole is its reading anyway. A test holds both paths to the same result.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from feedparser.urls import make_safe_absolute_uri
from lxml import etree

from monitor.domain.urls import absolute_url
from monitor.parse import reference
from monitor.parse.fastitem import XML_BASE, XML_LANG, Unsure, name_of, read_item
from monitor.parse.items import FeedDocument, Item

_DECLARED = re.compile(rb"<\?xml\b[^>]{0,100}?\bencoding\s*=\s*[\"']([\w.-]{1,40})[\"'][^>]{0,100}\?>")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_UTF8_DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>"
_SINGLE_BYTE = re.compile(r"(?:iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|us-ascii)\Z")
_NOT_HERE = (b"<!DOCTYPE", b"<!doctype", b"<!ENTITY")
_OPENING = re.compile(rb"<(?:item|entry)(?=[\s>/])")
_OWN_BASE = etree.XPath(
    "boolean(/*/descendant::*[not(local-name()='content' or local-name()='summary' or local-name()='title')]/@xml:base | //@base | //@lang)"
)
_OWN_LANGUAGE = etree.XPath(
    "boolean(/*/descendant::*[not(local-name()='content' or local-name()='summary' or local-name()='title')]/@xml:lang)"
)
_ATOM = "{http://www.w3.org/2005/Atom}"
_ROOTS = frozenset({"rss", "feed", "rdf:rdf"})


def read(body: bytes, *, url: str, headers: Mapping[str, str]) -> FeedDocument | None:
    """The feed in `body` if it can be read exactly as feedparser would; None if that is not certain, whatever the body is."""
    plain = _as_utf8(body, headers)
    parts = _taken_apart(plain) if plain is not None else None
    if plain is None or parts is None:
        return None
    frame, first, last = parts
    try:
        root = _tree(plain)
        items = [element for element in root.iter("{*}item", "{*}entry") if name_of(element) in {"item", "entry"}]
        if name_of(root) not in _ROOTS or _OWN_BASE(root) or _OWN_LANGUAGE(root):
            return None
        if len(items) != len(_OPENING.findall(plain, first, last)) or not _are_siblings(items):
            return None
        _tree(frame)
        base = absolute_url(url, headers.get("content-location", ""))
        read_items = _items(root, items, base=base, language=headers.get("content-language"))
    except (Unsure, etree.XMLSyntaxError, ValueError):
        return None
    document = reference.read(frame, url=url, headers={**headers, "content-type": "application/xml; charset=utf-8"})
    if document is None or document.items or document.format.startswith("atom") != (root.tag == f"{_ATOM}feed"):
        return None
    return replace(document, items=read_items)


def _items(root: etree._Element, items: Sequence[etree._Element], *, base: str, language: str | None) -> tuple[Item, ...]:
    own_base = root.get(XML_BASE)
    base = (make_safe_absolute_uri(base, own_base) or base) if own_base else base
    language = root.get(XML_LANG, language)
    return tuple(
        read_item(item, base=base, own_base=bool(own_base), atom=root.tag == f"{_ATOM}feed", language=language) for item in items
    )


def _as_utf8(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    """The document in UTF-8 where its encoding is beyond doubt: declared alike wherever it is declared, and true."""
    body = body.removeprefix(codecs.BOM_UTF8)
    if b"<?xml" not in body[:1000]:
        body = body.lstrip()
    if not body.startswith(b"<") or any(mark in body for mark in _NOT_HERE):
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


def _taken_apart(body: bytes) -> tuple[bytes, int, int] | None:
    """The document without its items, and where the items begin and end."""
    found = _OPENING.search(body)
    if found is None:
        return None
    last = max(body.rfind(b"</item>"), body.rfind(b"</entry>"))
    end = body.find(b">", last) + 1
    if last < found.start():
        return None
    return body[: found.start()] + body[end:], found.start(), end


def _tree(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    return etree.fromstring(body, parser)


def _are_siblings(items: list[etree._Element]) -> bool:
    parent = items[0].getparent() if items else None
    return all(item.getparent() is parent for item in items)
