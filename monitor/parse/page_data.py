"""Find the article in the JSON that a page carries in its scripts: `articleBody` in JSON-LD, and the data of Next.js."""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson

from monitor.domain.text import one_line
from monitor.parse.html import html_to_text, plain_text

_SCRIPT = re.compile(r"<script\b([^>]{0,500})>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_LINKED_DATA = re.compile(r"application/ld\+json", re.IGNORECASE)
_PAGE_DATA = re.compile(r"""id\s*=\s*["']?__NEXT_DATA__""", re.IGNORECASE)
_TEXT_KEYS = frozenset({"text", "content", "html", "value", "body", "articlebody", "bodyhtml", "paragraph", "children", "data"})
_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")
_MIN_PARAGRAPH = 40
_MAX_DEPTH, _MAX_NODES = 40, 50_000


def article_in_scripts(page: str, *, linked_only: bool = False) -> str:
    """Return the longest text of an article in the scripts of a page, one blank line between paragraphs; empty if there is none.

    `linked_only`: in JSON-LD alone, which says what is the article; the data of Next.js hold other things as well.
    """
    texts = [""]
    for attributes, content in _SCRIPT.findall(page):
        linked = _LINKED_DATA.search(attributes) is not None
        if not linked and (linked_only or not _PAGE_DATA.search(attributes)):
            continue
        try:
            data = orjson.loads(content.strip())
        except orjson.JSONDecodeError:
            continue
        texts += _bodies(data) if linked else _blocks(data)
    return max(texts, key=len)


def _bodies(data: object) -> Iterator[str]:
    for _, node in _walk(data):
        if isinstance(node, dict) and isinstance(body := node.get("articleBody"), str):
            yield _plain(body)


def _blocks(data: object) -> Iterator[str]:
    """Yield each text that is an article as a whole, and each list of paragraphs as one text."""
    for key, node in _walk(data):
        if isinstance(node, str) and key.lower() in _TEXT_KEYS:
            yield _plain(node)
        elif isinstance(node, list):
            paragraphs = (_plain("".join(_strings(one))) for one in node)
            yield "\n\n".join(text for text in paragraphs if len(text) >= _MIN_PARAGRAPH)


def _strings(node: object, depth: int = 0) -> Iterator[str]:
    """Yield the pieces of text in one paragraph, in order."""
    if isinstance(node, str) and depth == 0:
        yield node
    elif isinstance(node, list) and depth < _MAX_DEPTH:
        for one in node:
            yield from _strings(one, depth + 1)
    elif isinstance(node, dict) and depth < _MAX_DEPTH:
        for key, value in node.items():
            if key.lower() in _TEXT_KEYS:
                yield from [value] if isinstance(value, str) else _strings(value, depth + 1)


def _walk(data: object) -> Iterator[tuple[str, object]]:
    """Yield each value with the key under which it stands, as far as the limits go."""
    waiting: list[tuple[str, object, int]] = [("", data, 0)]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        key, node, depth = waiting.pop()
        yield key, node
        if depth < _MAX_DEPTH:
            if isinstance(node, dict):
                waiting += [(str(name), value, depth + 1) for name, value in node.items()]
            elif isinstance(node, list):
                waiting += [(key, value, depth + 1) for value in node]


def _plain(text: str) -> str:
    paragraphs = (html_to_text(text) if _MARKUP.search(text) else plain_text(text)).split("\n")
    return "\n\n".join(filter(None, map(one_line, paragraphs)))
