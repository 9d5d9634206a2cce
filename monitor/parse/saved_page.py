"""Parse a saved web page to an article: title, text, and the metadata in its head."""

from __future__ import annotations

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.domain.urls import is_http
from monitor.parse.charset import decode_bytes
from monitor.parse.dear_html import flat_text, is_dear
from monitor.parse.items import Item, Markup

_META_CHARSET = re.compile(rb"<meta\b[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_HEAD = 100_000
_PUBLISHED = ("article:published_time", "date", "dc.date", "dcterms.date", "datepublished", "pubdate", "publish-date")
_UPDATED = ("article:modified_time", "og:updated_time", "last-modified", "datemodified")


def item_of_page(data: bytes) -> Item:
    """Return the article of an HTML document. Its canonical link, if that is on the web, is its address."""
    declared = _META_CHARSET.search(data[:4096])
    markup = decode_bytes(data, declared=declared[1].decode("ascii") if declared else None)
    if is_dear(markup):
        return Item(title=Markup(value=_title_in(markup)), content=Markup(value=flat_text(markup)))
    tree = LexborHTMLParser(markup)
    meta = _meta(tree)
    canonical = _attribute(tree.css_first('link[rel="canonical"]'), "href")
    article = tree.css_first("article") if len(tree.css("article")) == 1 else tree.css_first("main")
    body = article or tree.body
    root = tree.root
    return Item(
        title=Markup(value=meta.get("og:title") or _text(tree.css_first("head title")) or _text(tree.css_first("h1"))),
        content=Markup(value=(body.html or "") if body is not None else "", html=True),
        link=canonical if is_http(canonical) else None,
        authors=tuple(filter(None, (meta.get("author"), meta.get("article:author")))),
        tags=tuple((meta.get("keywords") or meta.get("news_keywords") or "").split(",")),
        language=_attribute(root, "lang") or None,
        published=_first(meta, _PUBLISHED) or _attribute(tree.css_first("time[datetime]"), "datetime"),
        updated=_first(meta, _UPDATED),
        image=meta.get("og:image"),
    )


def _title_in(markup: str) -> str:
    found = _TITLE.search(markup[:_HEAD])
    return unescape(found[1]) if found else ""


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tree.css("meta[content]"):
        name = _attribute(tag, "property") or _attribute(tag, "name") or _attribute(tag, "itemprop")
        content = _attribute(tag, "content")
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) or "").strip() if node is not None else ""


def _text(node: LexborNode | None) -> str:
    return node.text(deep=True).strip() if node is not None else ""
