"""Look into XML elements by local name, whatever their namespace."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def descendants(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the descendants with one of these local names, in document order."""
    yield from element.iterdescendants(*(f"{{*}}{name}" for name in names))


def first(element: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the first descendant with one of these local names."""
    return None if element is None else next(descendants(element, *names), None)


def text_in(element: etree._Element | None) -> str:
    """Return the text of an element on one line; empty without an element."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def first_text(element: etree._Element | None, *names: str) -> str:
    """Return the text of the first descendant with one of these names."""
    return text_in(first(element, *names))


def texts_of(element: etree._Element, *names: str) -> tuple[str, ...]:
    """Return the texts of all descendants with one of these names, each once, without empty ones."""
    return tuple(dict.fromkeys(filter(None, map(text_in, descendants(element, *names)))))


def attribute(element: etree._Element | None, name: str) -> str:
    """Return an attribute without white space around it; empty without one."""
    return "" if element is None else str(element.get(name) or "").strip()


def inner_html(element: etree._Element) -> str:
    """Return the content of an element as HTML, with names without their namespace."""
    pieces = [str(element.text or "")]
    for child in element:
        for inner in child.iter("*"):
            inner.tag = local_name(inner)
        pieces.append(etree.tostring(child, encoding="unicode", method="xml", with_tail=True))
    return "".join(pieces)
