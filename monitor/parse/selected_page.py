"""Read a page that is no feed by selectors: the items on it, and the title, link, date and text of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from monitor.domain.selectors import SelectorKind, selector_kind
from monitor.domain.text import one_line
from monitor.domain.urls import absolute_url
from monitor.parse.body import decompress
from monitor.parse.charset import decode_bytes
from monitor.parse.css_items import items_by_css
from monitor.parse.entries import have_own_keys, to_entries
from monitor.parse.items import Item, Markup
from monitor.parse.json_path_items import items_by_path
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.parse.selected_item import SelectedItem
from monitor.parse.xpath_items import items_by_xpath

MAX_ITEMS = 1000
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,1000})</title", re.IGNORECASE)
_READERS = {SelectorKind.CSS: items_by_css, SelectorKind.XPATH: items_by_xpath}
_FORMATS = {SelectorKind.CSS: "page", SelectorKind.XPATH: "page", SelectorKind.JSON: "json"}


def parse_selected(
    body: bytes, *, url: str, headers: Mapping[str, str], now: datetime, select: Mapping[str, str]
) -> ParsedFeed | ParseFailure:
    """Return the items that the selectors `select` (`item`, and any of `title link date text`) find in a page, as a feed.

    Where title and text are the same selector, the first sentence is the title. A failure is `broken`: the page is there, but no longer as it was when the selectors were written.
    """
    plain = decompress(body)
    if plain is None:
        return ParseFailure(reason="compressed body is broken or too large")
    kind = selector_kind(select["item"])
    charset = _CHARSET.search(headers.get("content-type", ""))
    page = decode_bytes(plain, declared=charset[1] if charset else None)
    found = items_by_path(page, select) if kind is SelectorKind.JSON else _READERS[kind](page, select)
    if found is None:
        return ParseFailure(reason="the page is no JSON any more, as the selectors expect", broken=True)
    if not found:
        return ParseFailure(reason=f"nothing on the page matches `item: {select['item']}`; the page may have changed", broken=True)
    items = [
        item
        for one in found[:MAX_ITEMS]
        if (item := _item(one, url, title_is_text=select.get("title") == select.get("text", ""))) is not None
    ]
    missing = next(
        (name for name in ("title", "link", "date", "text") if name in select and not any(getattr(one, name) for one in found)),
        None,
    )
    if missing is not None or not items:
        named = f"`{missing}: {select[missing]}`" if missing else "a title or a text"
        return ParseFailure(reason=f"{len(found)} items match, but none has {named}; the page may have changed", broken=True)
    entries = to_entries(items, language=None, now=now)
    title = _TITLE.search(page[:100_000])
    hashes = tuple(item.source_hash for item in items)
    return ParsedFeed(
        format=_FORMATS[kind],
        title=one_line(Markup(value=title[1], html=True).text) if title and kind is not SelectorKind.JSON else "",
        entries=entries,
        source_hashes=hashes if have_own_keys(entries) else (),
    )


def _item(found: SelectedItem, url: str, *, title_is_text: bool) -> Item | None:
    if not (found.title.strip() or found.text.strip()):
        return None
    return Item(
        title=Markup(value="" if title_is_text else found.title),
        content=Markup(value=found.text, html=found.html),
        link=absolute_url(url, found.link) if found.link else None,
        published=found.date,
    )
