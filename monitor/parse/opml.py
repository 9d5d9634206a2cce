"""Parse OPML leniently: most real subscription lists are not well-formed XML.

A small tag scanner is used instead of an XML parser. It accepts a raw `&` or `<` in an attribute and reports it with its line. Only HTML's
named entities are expanded, so a document type definition can do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5
from typing import Final

from monitor.domain.text import one_line
from monitor.parse.charset import encoding_by_marks

_SKIPPED: Final = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_NAME: Final = re.compile(r"[A-Za-z_:][\w:.\-]*")
_SPACE: Final = re.compile(r"[\s/]*")
_EQUALS: Final = re.compile(r"\s*=\s*")
_BARE: Final = re.compile(r"[^\s>]*")
_BEHIND_VALUE: Final = re.compile(r"""\s*(?:[/?]?>|[A-Za-z_:][\w:.\-]{0,60}\s*=\s*["'])""")
_BROKEN_LINE: Final = re.compile(r"[ \t]*[\r\n]\s*")
_NEXT_TAG: Final = re.compile(r"\s*[>\s]\s*</?outline[\s>]", re.IGNORECASE)
_LONGEST_VALUE: Final = 4_000
_REFERENCE: Final = re.compile(r"&(?:#(?P<dec>\d{1,7})|#[xX](?P<hex>[0-9A-Fa-f]{1,6})|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));|&")
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ADDRESSES: Final = ("xmlurl", "xml_url", "feedurl", "feed_url", "url")
_OF_FEEDS: Final = frozenset({"rss", "atom", "rdf", "feed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """An error in the list and how it was repaired; `line` counts from 1."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlFeed:
    """One subscription. `folders` are the titles of the outlines around it, outermost first."""

    url: str
    title: str | None = None
    folders: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opml:
    """A parsed list: its feeds in order, with duplicates; the counts of all outlines and of those without a feed; the depth of nesting."""

    feeds: tuple[OpmlFeed, ...]
    repairs: tuple[Repair, ...]
    outlines: int
    folders: int
    depth: int


@dataclass(slots=True)
class _Scan:
    text: str
    repairs: list[Repair] = field(default_factory=list)
    _line: int = 1
    _counted: int = 0

    def line(self, at: int) -> int:
        """Return the line of index `at`. Ascending calls count the text only once."""
        if at >= self._counted:
            self._line += self.text.count("\n", self._counted, at)
            self._counted = at
        return self._line

    def note(self, at: int, message: str) -> None:
        self.repairs.append(Repair(line=self.line(at), message=message))


def read_opml(data: bytes) -> Opml:
    """Return the feeds of a subscription list, however broken. Data that is not OPML gives no feeds and a repair that says so."""
    repairs: list[Repair] = []
    scan = _Scan(text=_decode(data, repairs), repairs=repairs)
    feeds: list[OpmlFeed] = []
    stack: list[str | None] = []
    outlines = folders = depth = 0
    roots: set[str] = set()
    for at, closing, name, attributes, empty in _tags(scan):
        roots.add("/opml" if closing and name == "opml" else name)
        if name != "outline":
            continue
        if closing:
            _close(stack, scan, at)
            continue
        outlines += 1
        depth = max(depth, len(stack) + 1)
        title = one_line(attributes.get("text") or attributes.get("title") or "") or None
        url = _address(attributes, scan, at)
        if url:
            around = tuple(folder for folder in stack if folder)
            feeds.append(OpmlFeed(url=url, title=title, folders=around, line=scan.line(at)))
        else:
            folders += 1
        if not empty:
            stack.append(None if url else title)
    _note_missing(scan, stack, roots)
    ordered = tuple(sorted(repairs, key=lambda repair: repair.line))
    return Opml(feeds=tuple(feeds), repairs=ordered, outlines=outlines, folders=folders, depth=depth)


def _address(attributes: dict[str, str], scan: _Scan, at: int) -> str:
    """Return the feed's address without line breaks; empty if there is none. Other names than `xmlUrl` count if the type is that of a feed."""
    of_feed = attributes.get("type", "").strip().lower() in _OF_FEEDS
    for name in _ADDRESSES if of_feed else _ADDRESSES[:1]:
        if address := one_line(_BROKEN_LINE.sub("", attributes.get(name, "").strip())):
            if name != "xmlurl":
                scan.note(at, f"no xmlUrl: the attribute {name} was taken for it")
            return address
    if of_feed:
        scan.note(at, "left out: an outline of a feed that has no xmlUrl")
    return ""


def _close(stack: list[str | None], scan: _Scan, at: int) -> None:
    if stack:
        stack.pop()
    else:
        scan.note(at, "an </outline> that closes nothing was passed over")


def _note_missing(scan: _Scan, stack: list[str | None], roots: set[str]) -> None:
    end = len(scan.text)
    if stack:
        scan.note(end, f"{len(stack)} outlines were never closed")
    for name in ("opml", "body"):
        if name not in roots:
            scan.note(end, f"there is no <{name}>")
    if "opml" in roots and "/opml" not in roots:
        scan.note(end, "the list breaks off: there is no </opml>")


def _tags(scan: _Scan) -> Iterator[tuple[int, bool, str, dict[str, str], bool]]:
    """Yield each tag: its index, whether it closes, its name in lower case, its attributes, and whether it is empty (`/>`)."""
    text, at = scan.text, 0
    while (at := text.find("<", at)) >= 0:
        skipped = next((end for begin, end in _SKIPPED.items() if text.startswith(begin, at)), None)
        if skipped is not None:
            end = text.find(skipped, at)
            if end < 0:
                scan.note(at, f"a {text[at : at + 4]} that is never closed hides the rest")
            at = len(text) if end < 0 else end + len(skipped)
            continue
        closing = text.startswith("/", at + 1)
        name = _NAME.match(text, at + 1 + closing)
        if name is None:
            at = _after_declaration(text, at)
            continue
        attributes, end = _attributes(scan, name.end())
        yield at, closing, name.group().lower(), attributes, text.startswith("/", end - 1)
        at = end


def _after_declaration(text: str, at: int) -> int:
    """Return the index after a document type with its internal subset, or after a single `<`."""
    if not text.startswith("<!", at):
        return at + 1
    end = text.find(">", at)
    subset = text.find("[", at)
    if 0 <= subset < end:
        end = text.find("]", subset)
    return len(text) if end < 0 else end + 1


def _attributes(scan: _Scan, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes from index `at` on, names in lower case, and the index of the `>` that ends the tag, or of the text's end."""
    text = scan.text
    found: dict[str, str] = {}
    while True:
        at = _end(_SPACE, text, at)
        if at >= len(text) or text[at] == ">":
            return found, at
        if text[at] == "<":
            scan.note(at, "a tag that was never closed ends where the next begins")
            return found, at
        name = _NAME.match(text, at)
        if name is None:
            at += 1
            continue
        equals = _EQUALS.match(text, name.end())
        if equals is None:
            at = name.end()
            continue
        value, at = _value(scan, equals.end())
        found.setdefault(name.group().lower(), value)


def _value(scan: _Scan, at: int) -> tuple[str, int]:
    text = scan.text
    quote = text[at : at + 1]
    if quote not in {'"', "'"}:
        end = _end(_BARE, text, at)
        scan.note(at, "an attribute without quotation marks was read up to the next space")
        return _resolve(scan, at, text[at:end].removesuffix("/")), end
    end = _closing(text, at + 1, quote)
    raw = text[at + 1 : end]
    if (swallowed := _NEXT_TAG.search(raw)) is not None or end == len(text):
        end = at + 1 + (swallowed.start() if swallowed else 0)
        scan.note(at, "a quotation mark is never closed")
        return "", end
    if quote in raw:
        scan.note(at + 1 + raw.index(quote), f"a raw {quote} in an attribute was taken for the character")
    if "<" in raw:
        scan.note(at + 1 + raw.index("<"), "a raw < in an attribute was taken for the character")
    return _resolve(scan, at + 1, raw), end + 1


def _closing(text: str, at: int, quote: str) -> int:
    """Return the index of the quotation mark that ends the value: the first before another attribute or the tag's end.

    Quotation marks inside HTML that was pasted into the value are skipped.
    """
    first = end = text.find(quote, at)
    next_tag = text.find("<outline", at, at + _LONGEST_VALUE)
    limit = at + _LONGEST_VALUE if next_tag < 0 else next_tag
    while 0 <= end < limit:
        within_tag = text.rfind("<", at, end) > text.rfind(">", at, end)
        if not within_tag and _BEHIND_VALUE.match(text, end + 1):
            return end
        end = text.find(quote, end + 1)
    return first if first >= 0 else len(text)


def _resolve(scan: _Scan, at: int, raw: str) -> str:
    if "&" not in raw:
        return raw

    def replaced(found: re.Match[str]) -> str:
        text = html5.get(found["name"] + ";") if found["name"] else _character(found)
        if text is None:
            what = f"&{found['name']};" if found["name"] else "&"
            scan.note(at + found.start(), f"a raw {what} in an attribute was taken as it stands")
            return found.group()
        return text

    return _REFERENCE.sub(replaced, raw)


def _character(found: re.Match[str]) -> str | None:
    digits, base = (found["dec"], 10) if found["dec"] else (found["hex"], 16)
    if not digits:
        return None
    number = int(digits, base)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _decode(data: bytes, repairs: list[Repair]) -> str:
    """Return the text by its byte order mark, else as UTF-8 if it is valid, else in the declared encoding."""
    marked = encoding_by_marks(data)
    if marked:
        return data.decode(marked, "replace").removeprefix("\ufeff")
    declared = _ENCODING.search(data[:200])
    named = declared[1].decode("ascii").lower() if declared else "utf-8"
    for encoding in dict.fromkeys((named, "utf-8") if data.isascii() else ("utf-8", named)):
        try:
            text = data.decode(encoding)
        except UnicodeError as error:
            line = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
            repairs.append(Repair(line=line, message=f"bytes that are not {encoding}"))
        except LookupError:
            repairs.append(Repair(line=1, message="the declared encoding is not known"))
        else:
            if encoding != named:
                repairs.append(Repair(line=1, message=f"declared as {named}, but it is {encoding}"))
            return text
    return data.decode("cp1252", "replace")
