"""Convert HTML to the plain text that is matched and shown."""

from __future__ import annotations

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser

_DROPPED = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "embed",
    "svg",
    "math",
    "textarea",
    "select",
    "button",
)
_OPENINGS = tuple(f"<{tag}" for tag in _DROPPED)
_PARAGRAPH, _LINE = "\x1e", "\x1f"
_BLOCKS = (
    "p|div|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre|table|tr|td|th|caption|section|article|header|footer|aside|main|nav|figure"
    "|figcaption|hr|address|details|summary|fieldset|center|body"
)
_BLOCK = re.compile(rf"<(?=/?(?:{_BLOCKS})\b)")
_BLOCK_IN_CAPITALS = re.compile(_BLOCK.pattern, re.IGNORECASE)
_CAPITAL_TAG = re.compile(r"</?[A-Z]")
_BREAK = re.compile(r"<(?=br\b)", re.IGNORECASE)
_CONTROL = re.compile("\x1b\\[[0-?]*[@-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&#?\w")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_NEWLINES = re.compile(r"\r\n?|[\x85\u2028]")
_IMAGE = re.compile(r"<img\b[^<>]{0,2000}?\bsrc\s*=\s*[\"']?([^\"'\s>]{1,2000})", re.IGNORECASE)

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,40})")
_ANY_TAG = re.compile(r"<[^<>]*>")
_NEVER_NEST = frozenset("area base br col embed hr img input link meta param source track wbr p li dt dd td th tr option".split())
_FEW_TAGS = 2000
MAX_DEPTH = 500
"""Deeper nesting is hostile: the parser's time grows with its square. Browsers stop at 512."""


def html_to_text(markup: str) -> str:
    """Return the text that a reader sees: a blank line between paragraphs, a line feed for a line break, no scripts and styles.

    Entities are decoded once. In text without any mark-up blank lines are paragraph breaks.
    """
    markup = _clean_characters(markup)
    if not _MARKUP.search(markup):
        if "\n" not in markup:
            return " ".join(markup.split())
        return _collapse(_BLANK_LINE.sub(_PARAGRAPH, markup))
    block = _BLOCK_IN_CAPITALS if _CAPITAL_TAG.search(markup) else _BLOCK
    marked = _BREAK.sub(f"{_LINE}<", block.sub(f"{_PARAGRAPH}<", markup))
    if len(marked) == len(markup):
        marked = _BLANK_LINE.sub(_PARAGRAPH, marked)
    if _too_deep(marked):
        return _collapse(unescape(_ANY_TAG.sub(" ", marked)))
    tree = LexborHTMLParser(marked)
    dropped = _dropped_in(markup)
    if dropped:
        tree.strip_tags(dropped)
    body = tree.body
    return _collapse(body.text(deep=True)) if body is not None else ""


def plain_text(text: str) -> str:
    """Return text that is not HTML in the same form: blank lines separate paragraphs, line feeds are kept."""
    text = _clean_characters(text)
    if "\n" not in text:
        return " ".join(text.split())
    return _collapse(_BLANK_LINE.sub(_PARAGRAPH, text).replace("\n", _LINE))


def first_image(markup: str) -> str | None:
    """Return the address of the first picture in `markup`, unresolved; None if there is none."""
    found = _IMAGE.search(markup)
    return found.group(1).replace("&amp;", "&") if found else None


def _clean_characters(text: str) -> str:
    """Remove control characters and make every line end a line feed."""
    if text.isprintable():
        return text
    if "\r" in text or "\x85" in text or "\u2028" in text:
        text = _NEWLINES.sub("\n", text)
    return _CONTROL.sub("", text)


def _dropped_in(markup: str) -> list[str]:
    """Return which of the tags to remove may occur: most texts have none, and removing all of them costs as much as parsing."""
    lower = markup.lower()
    return [tag for tag, opening in zip(_DROPPED, _OPENINGS, strict=True) if opening in lower]


def _too_deep(markup: str) -> bool:
    """Return whether elements nest deeper than MAX_DEPTH, not counting those that HTML closes implicitly."""
    if markup.count("<") < _FEW_TAGS:
        return False
    depth = 0
    open_tags: dict[str, int] = {}
    for closing, tag in _TAG.findall(markup):
        name = tag.lower()
        if name in _NEVER_NEST:
            continue
        count = open_tags.get(name, 0)
        if not closing:
            open_tags[name] = count + 1
            depth += 1
        elif count:
            open_tags[name] = count - 1
            depth -= 1
        if depth > MAX_DEPTH:
            return True
    return False


def _collapse(text: str) -> str:
    """Collapse white space, replace the marks with line feeds, and drop empty lines and paragraphs."""
    paragraphs: list[str] = []
    for block in text.split(_PARAGRAPH):
        lines: list[str] = []
        for line in block.split(_LINE):
            words = " ".join(line.split())
            if words:
                lines.append(words)
            elif lines:
                paragraphs.append("\n".join(lines))
                lines = []
        if lines:
            paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)
