"""Read wire messages: IPTC 7901 and ANPA 1312, which mark header, text and end with control characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.parse.charset import decode_bytes
from monitor.parse.items import Item, Markup
from monitor.parse.plain_text import split_text

_MESSAGE = re.compile("\x01([^\x01\x02]{0,2000})\x02([^\x01\x03\x04]*)(?:\x03([^\x01\x04]{0,200}))?", re.DOTALL)
_HEADER = re.compile(rb"\x01[^\x00-\x08]{2,2000}\x02")
_BREAKS = re.compile("[\x0a-\x0d\x1c-\x1f\x13\x14\x12\x11]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_HEADLINE = re.compile(r"^[ \t]*\^([^\n^<]{1,500})<?\^?[ \t]*$", re.MULTILINE)
_IPTC_DATE = re.compile(r"\b(\d{2})(\d{2})(\d{2}) ?([A-Z]{1,4})? ([A-Z]{3}) (\d{2}|\d{4})\b")
_ANPA_DATE = re.compile(r"\b(\d{2})-(\d{2})-(\d{2}|\d{4}) (\d{2}):?(\d{2})([A-Z]{3})?\b")
_ZONES = {"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "PST": "-0800", "PDT": "-0700"}
_SLUG = re.compile(r"^BC-|,\d{3,5}\Z|^[A-Z0-9]+(?:-[A-Za-z0-9]+)+\Z", re.IGNORECASE)


def is_wire(data: bytes) -> bool:
    """Return whether a file holds wire messages: a header and a text, each behind its control character."""
    return _HEADER.search(data[:10_000]) is not None and b"\x00" not in data


def items_of_wire(data: bytes) -> tuple[Item, ...]:
    """Return the messages of a file."""
    found = _MESSAGE.finditer(decode_bytes(data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")))
    return tuple(item for message in found if (item := _item(message[1], message[2], message[3] or "")) is not None)


def _item(header: str, raw: str, trailer: str) -> Item | None:
    lines = [line for part in _BREAKS.split(header) if (line := " ".join(_CONTROLS.sub(" ", part).split()))]
    text = _CONTROLS.sub("", raw.replace("\r", "\n")).strip("\n ")
    titles = [title for found in _HEADLINE.finditer(text) if not _SLUG.search(title := found[1].strip())]
    parts = split_text(_HEADLINE.sub("", text).replace("<\n", "\n").strip("<\n "))
    if not (titles or parts.title or parts.body):
        return None
    date = _date(trailer) or _date(header)
    slugs = [line for line in lines[1:] if any(char.isalpha() for char in line) and len(line) > 2]
    number = lines[0].split()[0] if lines else ""
    return Item(
        title=Markup(value=titles[0] if titles else parts.title),
        content=Markup(value="\n\n".join(filter(None, (*titles[1:], parts.title if titles else "", parts.body)))),
        guid=f"{number} {date or parts.date}" if number and (date or parts.date) else None,
        identified=bool(number and (date or parts.date)),
        tags=tuple(_tags(slugs)),
        published=date or parts.date,
    )


def _tags(slugs: list[str]) -> Iterator[str]:
    yield from (re.sub(r"\s+\d{1,2}-\d{1,2} \d{4}\Z", "", slug) for slug in slugs)


def _date(text: str) -> str:
    """Return the date in a header or trailer as ISO 8601; empty without one."""
    if found := _IPTC_DATE.search(text):
        day, hour, minute, zone, month, year = found.groups()
        return f"{day} {month.capitalize()} {_year(year)} {hour}:{minute}:00 {_ZONES.get(zone or '', '+0000')}"
    if found := _ANPA_DATE.search(text):
        month, day, year, hour, minute, zone = found.groups()
        return f"{_year(year)}-{month}-{day}T{hour}:{minute}:00{_ZONES.get(zone or '', '+0000')}"
    return ""


def _year(text: str) -> str:
    return text if len(text) == 4 else f"20{text}"
