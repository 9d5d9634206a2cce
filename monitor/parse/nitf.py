"""Read NITF, the News Industry Text Format of the IPTC."""

from __future__ import annotations

from lxml import etree

from monitor.parse.items import NOTHING, Item, Markup
from monitor.parse.xml_elements import attribute, descendants, first, first_text, inner_html, local_name, text_in

_PLACES = ("evloc", "location")


def item_of_nitf(root: etree._Element) -> Item | None:
    """Return the article of a document; None if it has neither headline nor text. Its versions have one guid."""
    head, body = first(root, "head"), first(root, "body")
    content = first(body, "body.content")
    title = first_text(body, "hl1") or first_text(body, "headline") or first_text(head, "title")
    if not title and not text_in(content):
        return None
    lead = [first_text(body, "hl2"), first_text(body, "abstract")]
    issued = attribute(first(head, "date.issue"), "norm") or attribute(first(head, "pubdata"), "date.publication")
    return Item(
        title=Markup(value=title),
        summary=Markup(value="\n\n".join(filter(None, lead))),
        content=Markup(value=inner_html(content), html=True) if content is not None and text_in(content) else NOTHING,
        further=_notes(head, body),
        link=_link(head),
        guid=_identity(head) or None,
        identified=bool(_identity(head)),
        authors=tuple(filter(None, (_byline(body),))),
        tags=_tags(head),
        language=attribute(root, "{http://www.w3.org/XML/1998/namespace}lang") or None,
        published=issued or attribute(first(body, "story.date"), "norm") or attribute(first(head, "date.release"), "norm"),
        updated=attribute(first(head, "date.release"), "norm"),
    )


def _identity(head: etree._Element | None) -> str:
    """Return the key under which all versions of a story stand, else the id of the document."""
    return attribute(first(head, "du-key"), "key") or attribute(first(head, "doc-id"), "id-string")


def _byline(body: etree._Element | None) -> str:
    byline = first(body, "byline")
    return (first_text(byline, "person") or text_in(byline)).removeprefix("By ").strip()


def _notes(head: etree._Element | None, body: etree._Element | None) -> tuple[Markup, ...]:
    notes = [first_text(body, "dateline")]
    if head is not None:
        notes += [attribute(message, "info") or text_in(message) for message in descendants(head, "ed-msg")]
    return tuple(Markup(value=note) for note in notes if note)


def _tags(head: etree._Element | None) -> tuple[str, ...]:
    if head is None:
        return ()
    keys = [attribute(keyword, "key") for keyword in descendants(head, "keyword")]
    places = [
        attribute(place, "city") or attribute(place, "county-dist") or text_in(place) for place in descendants(head, *_PLACES)
    ]
    subjects = [
        attribute(subject, name)
        for subject in descendants(head, "tobject.subject")
        for name in ("tobject.subject.type", "tobject.subject.matter")
    ]
    return tuple(filter(None, (*keys, *places, *subjects)))


def _link(head: etree._Element | None) -> str | None:
    address = attribute(first(head, "pubdata"), "ex-ref")
    return address if address.startswith(("http://", "https://")) else None


def is_nitf(root: etree._Element) -> bool:
    """Return whether a document is NITF."""
    return local_name(root) == "nitf"
