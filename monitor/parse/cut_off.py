"""Recognize a document that ends early, and close it after its last complete item: half an item would be another one."""

from __future__ import annotations

import re

_ROOT = re.compile(rb"<((?:[\w.-]{1,40}:)?(?:rss|feed|rdf|urlset|sitemapindex))(?=[\s>])", re.IGNORECASE)
_HEAD = 8192
_ITEM_ENDS = {
    b"rss": re.compile(rb"</(?:[\w.-]{1,40}:)?item\s*>", re.IGNORECASE),
    b"rdf": re.compile(rb"</(?:[\w.-]{1,40}:)?item\s*>", re.IGNORECASE),
    b"feed": re.compile(rb"</(?:[\w.-]{1,40}:)?entry\s*>", re.IGNORECASE),
    b"urlset": re.compile(rb"</(?:[\w.-]{1,40}:)?url\s*>", re.IGNORECASE),
    b"sitemapindex": re.compile(rb"</(?:[\w.-]{1,40}:)?sitemap\s*>", re.IGNORECASE),
}
_CHANNEL = re.compile(rb"<(/?channel)(?=[\s>])", re.IGNORECASE)
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)


def close_cut_xml(body: bytes) -> bytes | None:
    """Return a feed or sitemap whose root is never closed, ended after its last complete item; None if it is closed or has none."""
    root = _ROOT.search(body, 0, _HEAD)
    if root is None or b"\x00" in body[:4] or _is_closed(body, root[1]):
        return None
    ends = [found.end() for found in _ITEM_ENDS[root[1].lower().rpartition(b":")[2]].finditer(body)]
    if not ends:
        return None
    kept = body[: ends[-1]]
    channels = [found[1].lower() for found in _CHANNEL.finditer(kept)]
    return kept + (b"</channel>" if channels and channels[-1] == b"channel" else b"") + b"</" + root[1] + b">"


def _is_closed(body: bytes, root: bytes) -> bool:
    return body.rfind(b"</" + root) >= 0 or body.lower().rfind(b"</" + root.lower()) >= 0


def close_cut_json(body: bytes) -> bytes | None:
    """Return a JSON Feed that ends early, ended after the last complete object in one of its lists; None if it is whole or has none."""
    open_brackets: list[bytes] = []
    end = 0
    for found in _JSON_TOKEN.finditer(body):
        token = found[0]
        if token in {b"{", b"["}:
            open_brackets.append(token)
        elif token in {b"}", b"]"}:
            if not open_brackets:
                return None
            open_brackets.pop()
            if open_brackets == [b"{", b"["] and token == b"}":
                end = found.end()
    return body[:end] + b"]}" if end and open_brackets else None
