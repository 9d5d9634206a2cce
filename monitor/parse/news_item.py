"""Read NewsML-G2: the news items of a message, a package, or a document that is one of them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from monitor.parse import nitf
from monitor.parse.items import NOTHING, Item, Markup
from monitor.parse.xml_elements import attribute, descendants, first, first_text, inner_html, local_name, text_in, texts_of

ROOTS = frozenset({"newsMessage", "newsItem", "packageItem"})
_WITHDRAWN = {"canceled": "Cancelled: ", "withheld": "Withheld: "}
_IDENTIFIED_BY = ("subject", "located")


def items_of_newsml(root: etree._Element) -> tuple[Item, ...]:
    """Return the items with a text, in document order; pictures and lists of other items only where nothing else is there."""
    found = [root] if local_name(root) in {"newsItem", "packageItem"} else list(descendants(root, "newsItem", "packageItem"))
    items = [(element, item) for element in found if (item := _item(element)) is not None]
    texts = tuple(item for element, item in items if local_name(element) == "newsItem" and _holds_text(element))
    return texts or tuple(item for _, item in items)


def _item(element: etree._Element) -> Item | None:
    about, management = first(element, "contentMeta"), first(element, "itemMeta")
    whole = first(first(element, "inlineXML"), "nitf")
    inner = nitf.item_of_nitf(whole) if whole is not None else None
    content = inner.content if inner is not None else _content(element)
    title = first_text(about, "headline") or (inner.title.value if inner else "") or first_text(management, "title")
    description = _descriptions(about)
    listed = "\n\n".join(_listed(element)) if local_name(element) == "packageItem" else ""
    if not (title or content.value or description.value or listed):
        return None
    withdrawn = _WITHDRAWN.get(attribute(first(management, "pubStatus"), "qcode").rpartition(":")[2].lower(), "")
    published = first_text(about, "contentCreated") or first_text(management, "firstCreated")
    updated = first_text(management, "versionCreated")
    return Item(
        title=Markup(value=withdrawn + title) if title or withdrawn else NOTHING,
        summary=description,
        content=content if content.value else Markup(value=listed),
        further=_notes(management),
        link=_web_link(element),
        guid=attribute(element, "guid") or None,
        identified=bool(attribute(element, "guid")),
        authors=_authors(about) or (inner.authors if inner else ()),
        tags=_tags(about, withdrawn),
        language=attribute(first(about, "language"), "tag") or _language(element),
        published=published or updated or (inner.published if inner else ""),
        updated=updated,
    )


def _holds_text(element: etree._Element) -> bool:
    return bool(_content(element).value) or first(first(element, "inlineXML"), "nitf") is not None


def _content(element: etree._Element) -> Markup:
    """Return the text of an item: XHTML or plain; NOTHING where it only refers to pictures or files."""
    for holder in descendants(element, "inlineXML"):
        body = first(holder, "body")
        whole = body if body is not None else next(iter(holder), None)
        if whole is not None and text_in(whole):
            return Markup(value=inner_html(whole), html=True)
    for holder in descendants(element, "inlineData"):
        text = "".join(map(str, holder.itertext())).strip()
        if text and not attribute(holder, "encoding"):
            html = "html" in attribute(holder, "contenttype").lower()
            return Markup(value=text, html=html)
    return NOTHING


def _descriptions(about: etree._Element | None) -> Markup:
    return NOTHING if about is None else Markup(value="\n\n".join(texts_of(about, "description")))


def _notes(management: etree._Element | None) -> tuple[Markup, ...]:
    if management is None:
        return ()
    notes = [f"Note to editors: {text}" for text in texts_of(management, "edNote")]
    embargo = first_text(management, "embargoed")
    return tuple(Markup(value=note) for note in (*notes, *((f"Embargoed until {embargo}",) if embargo else ())))


def _listed(package: etree._Element) -> Iterator[str]:
    """Yield the titles of the items that a package refers to."""
    for reference in descendants(package, "itemRef"):
        yield from filter(None, (first_text(reference, "title", "headline"),))


def _authors(about: etree._Element | None) -> tuple[str, ...]:
    if about is None:
        return ()
    byline = first_text(about, "by")
    names = tuple(filter(None, (first_text(creator, "name") for creator in descendants(about, "creator"))))
    return (byline.removeprefix("By ").strip(),) if byline else names


def _tags(about: etree._Element | None, withdrawn: str) -> tuple[str, ...]:
    if about is None:
        return ()
    named = (first_text(element, "name") for element in descendants(about, *_IDENTIFIED_BY))
    return tuple(filter(None, (withdrawn.strip(": "), *named, *texts_of(about, "slugline", "keyword"))))


def _web_link(element: etree._Element) -> str | None:
    """Return the address of the page of an item on the web."""
    places = (*descendants(element, "link"), *descendants(element, "remoteContent"))
    found = (attribute(place, "href") for place in places if "html" in attribute(place, "contenttype").lower())
    return next((href for href in found if href.startswith(("http://", "https://"))), None)


def _language(element: etree._Element) -> str | None:
    return attribute(element, "{http://www.w3.org/XML/1998/namespace}lang") or None
