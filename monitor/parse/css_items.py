"""Find the items of a page by CSS selectors."""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.domain.selectors import split_attribute
from monitor.parse.selected_item import SelectedItem

_HEADINGS = "h1, h2, h3, h4, h5, h6, a[href]"
_DATE_ATTRIBUTES = ("datetime", "content", "title")


def items_by_css(page: str, select: Mapping[str, str]) -> list[SelectedItem]:
    """Return what the selectors find; without one of its own an item's title is its heading or its link, its link the first in it."""
    return [_item(node, select) for node in LexborHTMLParser(page).css(select["item"])]


def _item(node: LexborNode, select: Mapping[str, str]) -> SelectedItem:
    return SelectedItem(
        title=_text(node, select.get("title") or _HEADINGS),
        link=_link(node, select.get("link") or "a[href]"),
        date=_date(node, select["date"]) if "date" in select else "",
        text=_html(node, select["text"]) if "text" in select else "",
    )


def _find(node: LexborNode, selector: str) -> list[LexborNode]:
    """Return what a selector finds in an item, else the item itself if it matches."""
    if not selector:
        return [node]
    inside = [one for one in node.css(selector) if one.mem_id != node.mem_id]
    return inside or ([node] if node.css_matches(selector) else [])


def _attribute(node: LexborNode, name: str) -> str:
    return (node.attributes.get(name) or "").strip()


def _text(node: LexborNode, selector: str) -> str:
    css, attribute = split_attribute(selector)
    values = (_attribute(one, attribute) if attribute else " ".join(one.text(separator=" ").split()) for one in _find(node, css))
    return next(filter(None, values), "")


def _link(node: LexborNode, selector: str) -> str:
    css, attribute = split_attribute(selector)
    for one in _find(node, css):
        inner = one if attribute or "href" in one.attributes else one.css_first("a[href]")
        if inner is not None and (href := _attribute(inner, attribute or "href")):
            return href
    return ""


def _date(node: LexborNode, selector: str) -> str:
    css, attribute = split_attribute(selector)
    for one in _find(node, css):
        names = (attribute,) if attribute else _DATE_ATTRIBUTES
        if stated := next(filter(None, (_attribute(one, name) for name in names)), ""):
            return stated
    return _text(node, selector)


def _html(node: LexborNode, selector: str) -> str:
    css, attribute = split_attribute(selector)
    return "\n".join(_attribute(one, attribute) if attribute else one.html or "" for one in _find(node, css))
