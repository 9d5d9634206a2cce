"""Split plain text and Markdown into date, title and body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.parse.dates import parse_date
from monitor.parse.sentences import MAX_HEADING

_DATE_LINE = re.compile(
    r"\s*date(?:\s*:\s*|\s+)(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?\s?(?:Z|[+-]\d\d:?\d\d)?)?)(?:\s+|$)", re.IGNORECASE
)
_FRONT_MATTER = re.compile(r"\s*(---|\+\+\+)[ \t]*\n(.{0,10000}?)\n\1[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(
    r"^(title|date|author|lang|language|url|link|tags)[ \t]*[:=][ \t]*(.*(?:\n[ \t]*-[ \t].*)*)$", re.MULTILINE | re.IGNORECASE
)
_LIST_ITEM = re.compile(r"\n[ \t]*-[ \t]")
_SENTENCE_END = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "؟", "।")
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*\Z")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})[ \t]*\Z")
_MARKS = (
    (re.compile(r"!\[([^\[\]\n]{0,500})\]\([^)\s]{0,500}(?:\s[^)\n]{0,200})?\)"), r"\1"),
    (re.compile(r"\[([^\[\]\n]{1,1000})\]\([^)\s]{0,500}(?:\s[^)\n]{0,200})?\)"), r"\1"),
    (re.compile(r"<(https?://[^>\s]{1,2000})>"), r"\1"),
    (re.compile(r"^[ \t]{0,3}(?:>[ \t]?){1,9}", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,20}[*+-][ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}(?:```|~~~).{0,200}$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}(?:[*_-][ \t]*){3,80}$", re.MULTILINE), ""),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]{1,1000})(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w_])(_{1,3})(?=\S)([^_\n]{1,1000})(?<=\S)\1(?![\w_])"), r"\2"),
    (re.compile(r"`([^`\n]{1,1000})`"), r"\1"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextParts:
    """The parts of a text. Without a recognizable title `title` is empty and the body is the whole text."""

    title: str = ""
    date: str = ""
    body: str = ""
    author: str = ""
    language: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()


def split_text(text: str) -> TextParts:
    """Return the parts of a plain text: a leading `date 2024-03-21`, and a short first line, not a sentence, before a blank line as title."""
    date, text = _split_date(text)
    title, body = _heading_line(text)
    return TextParts(title=title, date=date, body=body)


def split_markdown(text: str) -> TextParts:
    """Return the parts of a Markdown text without its marks.

    The title is that of the front matter, else a heading at the top, which is then not in the body.
    """
    fields, text = _front_matter(text)
    date, text = _split_date(text)
    title, body = _markdown_heading(text)
    if fields.get("title") and title != fields["title"]:
        body = text
    return TextParts(
        title=fields.get("title") or strip_markdown(title),
        date=fields.get("date") or date,
        body=strip_markdown(body),
        author=fields.get("author", ""),
        language=fields.get("lang") or fields.get("language", ""),
        url=fields.get("url") or fields.get("link", ""),
        tags=tuple(tag.strip(" \"'") for tag in fields.get("tags", "").strip("[]").split(",")),
    )


def strip_markdown(text: str) -> str:
    """Return `text` without the marks of Markdown."""
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return text


def _split_date(text: str) -> tuple[str, str]:
    found = _DATE_LINE.match(text)
    if not found or parse_date(found[1]) is None:
        return "", text
    return found[1], text[found.end() :]


def _heading_line(text: str) -> tuple[str, str]:
    """Return the title and the rest; no title if the first line is a sentence, continues on the next line, or is the whole text."""
    first, _, rest = text.strip().partition("\n")
    title = first.strip()
    following = rest.partition("\n")[0].strip()
    if not rest.strip() or following or len(title) > MAX_HEADING or title.endswith(_SENTENCE_END):
        return "", text
    return title, rest


def _markdown_heading(text: str) -> tuple[str, str]:
    first, _, rest = text.strip().partition("\n")
    found = _HEADING.match(first.strip()[: MAX_HEADING * 10])
    if found and found[1]:
        return found[1], rest
    underline, _, after = rest.partition("\n")
    if first.strip() and _UNDERLINE.match(underline[:1000]):
        return first.strip(), after
    return _heading_line(text)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    fields = {name.lower(): _LIST_ITEM.sub(",", value).strip(" \t\n,").strip("\"'") for name, value in _FIELD.findall(found[2])}
    return fields, text[found.end() :]
