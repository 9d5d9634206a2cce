"""Decompress the body of a response if it is still compressed, and detect from its first characters what it is."""

from __future__ import annotations

import re
import sys
import zlib
from enum import StrEnum

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_DECOMPRESSED = 50_000_000
"""Bytes; a compressed body may expand to a thousand times its size."""

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_RAW_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    rb"|&(?!#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]{0,31};|(?:amp|lt|gt|quot|nbsp)(?![A-Za-z0-9=]))",
    re.DOTALL,
)
_NOT_ASCII_BASED = re.compile(rb"[\x00\x1b]")
_MAX_LAYERS = 2
_WHITE = b" \t\r\n\x0b\x0c\x00\xef\xbb\xbf\xfe\xff"


class BodyKind(StrEnum):
    """What a body looks like from its first characters."""

    EMPTY = "empty"
    JSON = "json"
    HTML = "html"
    SITEMAP = "sitemap"
    XML = "xml"
    BINARY = "binary"


def decompress(body: bytes, *, limit: int = MAX_DECOMPRESSED) -> bytes | None:
    """Return `body` decompressed if it is gzip, zlib or zstd that no header announced, else as it is.

    Of a truncated body the part before the break is returned. None if nothing can be decompressed or the result is larger than `limit`.
    """
    for _ in range(_MAX_LAYERS):
        if body.startswith(_GZIP):
            plain = _inflate(body, zlib.MAX_WBITS | 16, limit)
        elif body.startswith(_ZLIB):
            plain = _inflate(body, zlib.MAX_WBITS, limit)
        elif body.startswith(_ZSTD):
            plain = _unzstd(body, limit)
        else:
            break
        if not plain or len(plain) > limit:
            return None
        body = plain
    return body if len(body) <= limit else None


def _inflate(body: bytes, wbits: int, limit: int) -> bytes:
    """Return all members of a gzip file, or one zlib stream, up to a byte past `limit`."""
    pieces: list[bytes] = []
    size = 0
    while body and size <= limit:
        stream = zlib.decompressobj(wbits)
        try:
            pieces.append(stream.decompress(body, limit + 1 - size))
        except zlib.error:
            break
        size += len(pieces[-1])
        body = stream.unused_data
    return b"".join(pieces)


def _unzstd(body: bytes, limit: int) -> bytes:
    try:
        return bytes(zstd.ZstdDecompressor().decompress(body, limit + 1))
    except zstd.ZstdError:
        return b""


def detect_body_kind(body: bytes) -> BodyKind:
    """Return what a body is by its first characters, also in UTF-16 and UTF-32."""
    head = body[:4096].lstrip(_WHITE).replace(b"\x00", b"")[:1024].lower()
    if not head:
        return BodyKind.EMPTY
    if head[:1] in {b"{", b"["}:
        return BodyKind.JSON
    if b"<" not in head and _is_binary(head):
        return BodyKind.BINARY
    root = _root_name(head)
    if root in {b"html", b"body", b"head"} or head.startswith((b"<!doctype html", b"<script", b"<meta")):
        return BodyKind.HTML
    return BodyKind.SITEMAP if root in {b"urlset", b"sitemapindex"} else BodyKind.XML


def holds_feed(page: bytes) -> bool:
    """Return whether a body that begins like a web page contains a feed."""
    lower = page.lower()
    return any(mark in lower for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"<channel", b"<item>", b"<entry>"))


def escape_ampersands(body: bytes) -> bytes:
    """Return an XML document with its raw ampersands escaped, which make it ill-formed; unchanged in an encoding that does not extend ASCII."""
    if b"&" not in body or _NOT_ASCII_BASED.search(body):
        return body
    return _RAW_AMPERSAND.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], body)


def _is_binary(head: bytes) -> bool:
    return sum(byte < 9 or 13 < byte < 32 for byte in head) * 20 > len(head)


def _root_name(head: bytes) -> bytes:
    """Return the local name of the first element, after declarations, comments and processing instructions."""
    position = 0
    while (start := head.find(b"<", position)) >= 0:
        if head.startswith(b"<!--", start):
            end = head.find(b"-->", start)
        elif head[start + 1 : start + 2] in {b"?", b"!"}:
            end = head.find(b">", start)
        else:
            name = head[start + 1 :].replace(b">", b" ").replace(b"/", b" ").split(maxsplit=1)
            return name[0].rpartition(b":")[2] if name else b""
        if end < 0:
            break
        position = end + 1
    return b""
