"""Parse the documents of a folder: the bytes of a file to entries.

    parse_document(data, path=path, mtime=mtime, now=now) -> tuple[Entry, ...] | ParseFailure

An entry's key is the file's path, and for a list in one file the path and the record's own identity, so that a changed file is a new
revision of its article. Formats of agencies name their items, so that the next version may come in another file. A text without a title gets its first sentence as title, which stays in the body too, so that nothing that could
match is lost. Its `url` is a `file:` URI unless the document names its own address on the web.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from urllib.parse import quote

from monitor.domain.article import Entry
from monitor.domain.urls import is_http
from monitor.parse.charset import binary_kind, decode_bytes
from monitor.parse.dates import discard_implausible
from monitor.parse.entries import to_entries
from monitor.parse.item_versions import newest_versions
from monitor.parse.items import Item, Markup
from monitor.parse.json_documents import items_of_json, items_of_lines
from monitor.parse.mail import items_of_mail
from monitor.parse.pdf import item_of_pdf
from monitor.parse.plain_text import TextParts, split_markdown, split_text
from monitor.parse.result import ParseFailure
from monitor.parse.saved_page import item_of_page
from monitor.parse.wire_text import is_wire, items_of_wire
from monitor.parse.xml_documents import items_of_xml

_LISTS = frozenset({".jsonl", ".ndjson", ".xml", ".rss", ".atom", ".rdf"})
"""Suffixes of files that are lists even with one record."""

MAX_BYTES = 10_000_000
"""The default for `max_bytes`."""

_Items = tuple[Item, ...] | ParseFailure


def is_document(path: str) -> bool:
    """Return whether files of this name are read: by suffix, hidden files excluded."""
    return PurePath(path).suffix.lower() in _READERS and not PurePath(path).name.startswith(".")


def parse_document(
    data: bytes, *, path: str, mtime: datetime, now: datetime, max_bytes: int = MAX_BYTES
) -> tuple[Entry, ...] | ParseFailure:
    """Return the entries of a file with content `data`, last changed at `mtime`; a file with an unknown suffix is read as plain text."""
    if not data.strip():
        return ParseFailure(reason="the file is empty")
    if len(data) > max_bytes:
        return ParseFailure(reason=f"larger than {max_bytes / 1e6:g} MB")
    suffix = PurePath(path).suffix.lower()
    wire = suffix != ".pdf" and is_wire(data)
    binary = binary_kind(data) if suffix != ".pdf" and not wire else None
    if binary is not None:
        return ParseFailure(reason=f"{binary}, not text")
    read = (_wire if wire else _READERS.get(suffix, _text))(data)
    if isinstance(read, ParseFailure):
        return read
    items = newest_versions(read)
    entries = to_entries(items, language=None, now=now)
    if not any(entry.text or entry.title for entry in entries):
        return ParseFailure(reason="no text in it")
    changed = discard_implausible(mtime, now=now)
    single = len(entries) == 1 and suffix not in _LISTS
    return tuple(
        _located(entry, path, changed, alone=single, identified=item.identified) for item, entry in zip(items, entries, strict=True)
    )


def _located(entry: Entry, path: str, changed: datetime | None, *, alone: bool, identified: bool) -> Entry:
    """Return `entry` with the identity and address of its file; one record of several adds its own key, which stays the same when the list grows.

    What is `identified` keeps its own identity: another file may hold its next version.
    """
    location = "file://" + quote(path) + ("" if alone else "#" + quote(entry.key, safe=""))
    return replace(
        entry,
        key=entry.key if identified else path if alone else f"{path}#{entry.key}",
        url=entry.url if entry.url and is_http(entry.url) else location,
        updated_at=entry.updated_at or changed,
    )


def _text(data: bytes) -> _Items:
    return (_from_parts(split_text(_with_line_feeds(data))),)


def _markdown(data: bytes) -> _Items:
    return (_from_parts(split_markdown(_with_line_feeds(data))),)


def _with_line_feeds(data: bytes) -> str:
    return decode_bytes(data).replace("\r\n", "\n").replace("\r", "\n")


def _from_parts(parts: TextParts) -> Item:
    return Item(
        title=Markup(value=parts.title),
        content=Markup(value=parts.body),
        link=parts.url or None,
        authors=(parts.author,),
        tags=parts.tags,
        language=parts.language or None,
        published=parts.date,
    )


def _page(data: bytes) -> _Items:
    return (item_of_page(data),)


def _json(data: bytes) -> _Items:
    items = items_of_json(_utf8(data))
    if items is None:
        return ParseFailure(reason="not valid JSON")
    return items or ParseFailure(reason="JSON without an article: no object in it has a title or a text")


def _json_lines(data: bytes) -> _Items:
    items = items_of_lines(_utf8(data))
    if items is None:
        return ParseFailure(reason="no line of it is valid JSON")
    return items or ParseFailure(reason="JSON without an article: no line has a title or a text")


def _mail(data: bytes) -> _Items:
    return items_of_mail(data) or ParseFailure(reason="not a mail message")


def _pdf(data: bytes) -> _Items:
    found = item_of_pdf(data)
    return found if isinstance(found, ParseFailure) else (found,)


def _wire(data: bytes) -> _Items:
    return items_of_wire(data) or ParseFailure(reason="a wire message without a text")


def _utf8(data: bytes) -> bytes:
    return decode_bytes(data).encode("utf-8", "replace")


_READERS: dict[str, Callable[[bytes], _Items]] = {
    ".txt": _text,
    ".text": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _page,
    ".htm": _page,
    ".xhtml": _page,
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".eml": _mail,
    ".pdf": _pdf,
    ".xml": items_of_xml,
    ".rss": items_of_xml,
    ".atom": items_of_xml,
    ".rdf": items_of_xml,
    ".cap": items_of_xml,
    ".nitf": items_of_xml,
    ".newsml": items_of_xml,
    ".iptc": _text,
    ".anpa": _text,
}
