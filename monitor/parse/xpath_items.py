"""Find the items of a page by XPath, in HTML or XML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from monitor.parse.safe_xml import parse_xml
from monitor.parse.selected_item import SelectedItem
from monitor.parse.xml_elements import attribute, text_in

_TITLE = ".//h1 | .//h2 | .//h3 | .//h4 | .//h5 | .//h6 | .//a[@href]"
_LINK = ".//a/@href"


def items_by_xpath(page: str, select: Mapping[str, str]) -> list[SelectedItem]:
    """Return what the expressions find; those of an item's parts begin at the item, even with `//`."""
    root = _root(page)
    found = [] if root is None else root.xpath(select["item"])
    return [_item(node, select) for node in found if etree.iselement(node)] if isinstance(found, list) else []


def _root(page: str) -> etree._Element | None:
    data = page.encode("utf-8", "replace")
    try:
        if page.lstrip().startswith("<?xml"):
            return parse_xml(page.partition("?>")[2].lstrip().encode("utf-8", "replace"), recover=True)
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _item(node: etree._Element, select: Mapping[str, str]) -> SelectedItem:
    return SelectedItem(
        title=next(filter(None, map(_text, _find(node, select.get("title") or _TITLE))), ""),
        link=next(filter(None, map(_link, _find(node, select.get("link") or _LINK))), ""),
        date=next(filter(None, map(_date, _find(node, select["date"]))), "") if "date" in select else "",
        text="\n".join(map(_html, _find(node, select["text"]))) if "text" in select else "",
    )


def _find(node: etree._Element, expression: str) -> list[Any]:
    found = node.xpath(f".{expression}" if expression.startswith("/") else expression)
    return found if isinstance(found, list) else [found]


def _text(found: Any) -> str:
    return text_in(found) if etree.iselement(found) else " ".join(str(found).split())


def _link(found: Any) -> str:
    if not etree.iselement(found):
        return str(found).strip()
    inner = found.xpath("descendant-or-self::*/@href")
    return str(inner[0]).strip() if isinstance(inner, list) and inner else text_in(found)


def _date(found: Any) -> str:
    stated = attribute(found, "datetime") or attribute(found, "content") if etree.iselement(found) else ""
    return stated or _text(found)


def _html(found: Any) -> str:
    return etree.tostring(found, encoding="unicode", method="html", with_tail=False) if etree.iselement(found) else str(found)
