"""Documents in a folder: the bytes of a file to entries.

    parse_document(data, path=path, mtime=mtime, now=now) -> tuple[Entry, ...] | ParseFailure

An entry's key is the file's path, and for a list in one file the path and the record's own identity, so that a changed file is a new
revision of its article. A text without a title is headed by its first sentence, which stays in the body as well: nothing that could match is
taken away. Its `url` is a `file:` URI unless the document names its own address on the web.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from urllib.parse import quote

from monitor.domain.article import Entry
from monitor.domain.urls import is_http
from monitor.parse.charset import binary_kind, decoded
from monitor.parse.dates import believable
from monitor.parse.entries import to_entries
from monitor.parse.items import Item, Markup
from monitor.parse.json_documents import items_of_json, items_of_lines
from monitor.parse.mail import item_of_mail
from monitor.parse.pdf import item_of_pdf
from monitor.parse.plain_text import Parts, markdown_parts, text_parts
from monitor.parse.result import ParseFailure
from monitor.parse.saved_page import item_of_page

MAX_BYTES = 10_000_000
"""The default for `max_bytes`; no article is longer."""

_Items = tuple[Item, ...] | ParseFailure


def is_document(path: str) -> bool:
    """Whether a file of this name is read at all."""
    return PurePath(path).suffix.lower() in _READERS and not PurePath(path).name.startswith(".")


def parse_document(
    data: bytes, *, path: str, mtime: datetime, now: datetime, max_bytes: int = MAX_BYTES
) -> tuple[Entry, ...] | ParseFailure:
    """The entries in a file with content `data`, last changed at `mtime`; a file of an unknown suffix is read as plain text."""
    if not data.strip():
        return ParseFailure(reason="the file is empty")
    if len(data) > max_bytes:
        return ParseFailure(reason=f"larger than {max_bytes / 1e6:g} MB")
    suffix = PurePath(path).suffix.lower()
    binary = binary_kind(data) if suffix != ".pdf" else None
    if binary is not None:
        return ParseFailure(reason=f"{binary}, not text")
    items = _READERS.get(suffix, _text)(data)
    if isinstance(items, ParseFailure):
        return items
    entries = to_entries(items, language=None, now=now)
    if not any(entry.text or entry.title for entry in entries):
        return ParseFailure(reason="no text in it")
    changed = believable(mtime, now=now)
    single = len(entries) == 1 and suffix not in {".jsonl", ".ndjson"}
    return tuple(_placed(entry, path, changed, alone=single) for entry in entries)


def _placed(entry: Entry, path: str, changed: datetime | None, *, alone: bool) -> Entry:
    """`entry` with the identity and the address of its file; one record of several adds its own, which holds when the list grows."""
    location = "file://" + quote(path) + ("" if alone else "#" + quote(entry.key, safe=""))
    return replace(
        entry,
        key=path if alone else f"{path}#{entry.key}",
        url=entry.url if entry.url and is_http(entry.url) else location,
        updated_at=entry.updated_at or changed,
    )


def _text(data: bytes) -> _Items:
    return (_from_parts(text_parts(_with_line_feeds(data))),)


def _markdown(data: bytes) -> _Items:
    return (_from_parts(markdown_parts(_with_line_feeds(data))),)


def _with_line_feeds(data: bytes) -> str:
    return decoded(data).replace("\r\n", "\n").replace("\r", "\n")


def _from_parts(parts: Parts) -> Item:
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
    item = item_of_mail(data)
    return (item,) if item is not None else ParseFailure(reason="not a mail message")


def _pdf(data: bytes) -> _Items:
    found = item_of_pdf(data)
    return found if isinstance(found, ParseFailure) else (found,)


def _utf8(data: bytes) -> bytes:
    return decoded(data).encode("utf-8", "replace")


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
}
