"""Read the mails of Google Alerts: each link to a page that was found is an item of its own, under the name of who published it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.domain.text import one_line
from monitor.domain.urls import is_http, parse_url
from monitor.parse.items import Item, Markup

_SENDER = re.compile(r"googlealerts-noreply@google\.com\s*>?\s*\Z", re.IGNORECASE)
_MAX_LINKS = 500
_MAX_SURROUNDINGS = 5
_PLAIN_LINK = re.compile(r"<(https?://(?:www\.)?google\.[a-z.]{2,6}/url\?[^>\s]+)>")
_GOOGLE = re.compile(r"(?:www\.)?google\.(?:[a-z]{2,3})(?:\.[a-z]{2})?")


def is_google_alert(sender: str) -> bool:
    """Return whether a mail with this `From` is one of Google Alerts."""
    return _SENDER.search(sender) is not None


def items_of_alert(html: str, plain: str, published: str) -> tuple[Item, ...]:
    """Return an item for each link of a mail; none if it has no link that Google wraps. `published` is the date of the mail."""
    found = dict(_of_html(html, published)) if html else {}
    if not found:
        found = dict(_of_text(plain, published))
    return tuple(found.values())


def wrapped_address(address: str) -> str | None:
    """Return the address to which Google's own link leads on; None for another link."""
    url = parse_url(address)
    if not url.is_http or _GOOGLE.fullmatch(url.host) is None or url.path != "/url":
        return None
    values = parse_qs(address.partition("?")[2])
    return next((one for name in ("url", "q") for one in values.get(name, ()) if is_http(one)), None)


def _of_html(html: str, published: str) -> Iterator[tuple[str, Item]]:
    seen: set[str] = set()
    for anchor in LexborHTMLParser(html).css("a[href]")[:_MAX_LINKS]:
        link = wrapped_address(anchor.attributes.get("href") or "")
        title = _text(anchor)
        if link is None or not title or link in seen:
            continue
        seen.add(link)
        around = _surroundings(anchor)
        publisher = _text(around.css_first('[itemprop="publisher"]'))
        text = _text(around.css_first('[itemprop="description"]'))
        yield link, _item(link, title, text, publisher, published)


def _surroundings(anchor: LexborNode) -> LexborNode:
    """Return the largest part of the mail around a link that holds no link to another page."""
    own, around = wrapped_address(anchor.attributes.get("href") or ""), anchor
    for _ in range(_MAX_SURROUNDINGS):
        outer = around.parent
        if outer is None or any(
            wrapped_address(one.attributes.get("href") or "") not in {None, own} for one in outer.css("a[href]")[:_MAX_LINKS]
        ):
            break
        around = outer
    return around


def _of_text(plain: str, published: str) -> Iterator[tuple[str, Item]]:
    """Read the text form: a title, who published it, the text, and the link in angle brackets."""
    start = 0
    for found in list(_PLAIN_LINK.finditer(plain))[:_MAX_LINKS]:
        block = re.split(r"\n\s*\n", plain[start : found.start()].strip())[-1]
        start = found.end()
        lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith("===")]
        link = wrapped_address(found[1])
        if link is not None and lines:
            publisher = lines[1] if len(lines) > 2 else ""
            yield link, _item(link, lines[0], " ".join(lines[2:] if publisher else lines[1:]), publisher, published)


def _item(link: str, title: str, text: str, publisher: str, published: str) -> Item:
    return Item(
        title=Markup(value=title),
        content=Markup(value=text),
        link=link,
        guid=link,
        source=publisher or parse_url(link).host.removeprefix("www."),
        published=published,
    )


def _text(node: LexborNode | None) -> str:
    return "" if node is None else one_line(node.text(separator=" "))
