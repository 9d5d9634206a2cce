"""Convert HTML to the plain text that is matched and shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick
from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.domain.aside import Aside
from monitor.parse.aside_words import HINTS
from monitor.parse.asides import FoundAside, find_asides
from monitor.parse.dear_html import flat_text, is_dear

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
_SIGNS = BytesAhoCorasick([*(f"<{tag}".encode() for tag in _DROPPED), *(hint.encode() for hint in HINTS)])
"""Finds in one pass which tags to leave out may occur, and whether there may be asides; most texts hold none of either."""
_PARAGRAPH, _LINE = "\x1e", "\x1f"
_BEGINS, _ENDS = "\x01", "\x02"
"""With the number of an aside, paragraphs of their own that stand where it begins and ends."""
_MARK = re.compile(f"([{_BEGINS}{_ENDS}])([0-9]+)")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """A plain text, and what in it is not the article; `asides` are in order."""

    text: str
    asides: tuple[Aside, ...] = ()


def html_to_text(markup: str) -> str:
    """Return the text of `read_html`."""
    return read_html(markup).text


def read_html(markup: str) -> ReadText:
    """Return the text that a reader sees: a blank line between paragraphs, a line feed for a line break, no scripts and styles.

    Entities are decoded once. In text without any mark-up blank lines are paragraph breaks.
    """
    markup = _clean_characters(markup)
    if not _MARKUP.search(markup):
        if "\n" not in markup:
            return ReadText(text=" ".join(markup.split()))
        return ReadText(text=_collapse(_BLANK_LINE.sub(_PARAGRAPH, markup)))
    block = _BLOCK_IN_CAPITALS if _CAPITAL_TAG.search(markup) else _BLOCK
    marked = _BREAK.sub(f"{_LINE}<", block.sub(f"{_PARAGRAPH}<", markup))
    if len(marked) == len(markup):
        marked = _BLANK_LINE.sub(_PARAGRAPH, marked)
    if is_dear(marked):
        return ReadText(text=_collapse(flat_text(marked)))
    tree = LexborHTMLParser(marked)
    dropped, hinted = _signs_in(markup)
    if dropped:
        tree.strip_tags(dropped)
    body = tree.body
    if body is None:
        return ReadText(text="")
    text = _collapse(body.text(deep=True))
    return ReadText(text=text, asides=_asides_in(body, text) if hinted else ())


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


def _signs_in(markup: str) -> tuple[list[str], bool]:
    """Return which of the tags to remove may occur, and whether there may be asides."""
    lower = markup.lower()
    numbers = {number for number, _, _ in _SIGNS.find_matches_as_indexes(lower.encode("utf-8", "replace"))}
    dropped = [tag for number, tag in enumerate(_DROPPED) if number in numbers]
    return dropped, len(numbers) > len(dropped) and any(sign in lower for sign in ("<a", "<fo", "author"))


def _asides_in(body: LexborNode, text: str) -> tuple[Aside, ...]:
    """Return the asides in `body`, whose text is `text`."""
    found = find_asides(body)
    if not found:
        return ()
    for number, one in enumerate(found):
        one.first.insert_before(f"{_PARAGRAPH}{_BEGINS}{number}{_PARAGRAPH}")
        one.last.insert_after(f"{_PARAGRAPH}{_ENDS}{number}{_PARAGRAPH}")
    located, asides = _located(_paragraphs(body.text(deep=True)), found)
    # Where an aside would begin or end inside a paragraph, which broken HTML can do, the text would have been cut there.
    return asides if located == text else ()


def _located(paragraphs: Iterable[str], found: Sequence[FoundAside]) -> tuple[str, tuple[Aside, ...]]:
    """Return the text of paragraphs without the marks among them, and the asides that these mark."""
    kept: list[str] = []
    asides: list[Aside] = []
    start = end = 0
    for paragraph in paragraphs:
        mark = _MARK.fullmatch(paragraph) if paragraph[0] in {_BEGINS, _ENDS} else None
        if mark is None:
            kept.append(paragraph)
            end += len(paragraph) + (2 if len(kept) > 1 else 0)
        elif mark[1] == _BEGINS:
            start = end + (2 if kept else 0)
        elif start < end and int(mark[2]) < len(found):
            asides.append(Aside(start, end, found[int(mark[2])].reason))
    return "\n\n".join(kept), tuple(asides)


def _collapse(text: str) -> str:
    """Collapse white space, replace the marks with line feeds, and drop empty lines and paragraphs."""
    return "\n\n".join(_paragraphs(text))


def _paragraphs(text: str) -> list[str]:
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
    return paragraphs
