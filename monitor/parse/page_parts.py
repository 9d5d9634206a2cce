"""Find on a page of an article what the extraction of its text leaves out: captions, and the link to its next page."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.domain.text import one_line
from monitor.domain.urls import absolute_url

_CAPTIONS = "article figcaption, main figcaption, [itemprop=articleBody] figcaption"
_MOST_CAPTIONS, _LONGEST_CAPTION = 12, 600
_NEXT = "link[rel~=next], a[rel~=next], a[class*=next], a[aria-label*=next i]"
_MOST_DIGITS = 2
_PAGE_NAMES = frozenset({"page", "p", "pg", "seite", "pagina", "pagenum"})
_NUMBERED = re.compile(r"(?:[/_,-](?:page[/_-]?|seite[/_-]?|p)?(\d{1,2}))?(\.\w{2,5})?/?\Z")


def captions(page: str, text: str) -> tuple[str, ...]:
    """Return the captions of the article's pictures that are not in `text`."""
    said = one_line(text)
    found = (one_line(node.text()) for node in LexborHTMLParser(page).css(_CAPTIONS))
    return tuple(dict.fromkeys(one for one in found if 0 < len(one) <= _LONGEST_CAPTION and one not in said))[:_MOST_CAPTIONS]


def next_page(page: str, first: str, number: int) -> str | None:
    """Return the address of the page after page `number` of the article whose first page is `first`.

    It is the same address with one number more: many sites mark the next article in the same way.
    """
    whole, own = _numbered(first)
    if own is not None or not whole:
        return None
    for node in LexborHTMLParser(page).css(_NEXT):
        target = absolute_url(first, node.attributes.get("href") or "")
        if _numbered(target) == (whole, number + 1):
            return target
    return None


def _numbered(url: str) -> tuple[tuple[object, ...], int | None]:
    """Return what is the same in the addresses of all pages of an article, and the number of the page, None without one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return (), None
    fields = parse_qsl(parts.query, keep_blank_values=True)
    numbers = [value for name, value in fields if name.lower() in _PAGE_NAMES and value.isdigit() and len(value) <= _MOST_DIGITS]
    rest = tuple(sorted(field for field in fields if field[0].lower() not in _PAGE_NAMES))
    found = _NUMBERED.search(parts.path)
    stem = parts.path[: found.start()] if found else parts.path
    number = numbers[0] if numbers else found[1] if found else None
    return (parts.hostname, stem, found[2] if found else None, rest), None if number is None else int(number)
