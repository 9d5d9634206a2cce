"""Read warnings in the Common Alerting Protocol (CAP 1.0 to 1.2): what happens, where, how bad, until when, and what they replace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from monitor.domain.version_chain import first_key, replaced_keys
from monitor.parse.items import Item, Markup
from monitor.parse.warnings_in_feeds import NAMESPACE, original_of, versions_of
from monitor.parse.xml_elements import descendants, first, first_text, local_name, text_in, texts_of

_NO_WARNING = frozenset({"Ack", "Error"})
_FACTS = ("category", "urgency", "severity", "certainty", "onset", "expires")
_TAG_FACTS = ("event", "severity", "areaDesc", "expires")


def is_alert(element: etree._Element) -> bool:
    """Return whether an element is a warning."""
    return local_name(element) == "alert" and str(element.tag).startswith(f"{{{NAMESPACE}")


def alerts_in(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the warnings in a document, whatever surrounds them."""
    if is_alert(root):
        yield root
    yield from filter(is_alert, descendants(root, "alert"))


def items_of_alerts(alerts: Sequence[tuple[etree._Element, str | None]]) -> tuple[Item, ...]:
    """Return warnings, each given with the link to its page, as items. What replaces another of them has its guid, however long the chain."""
    items = [item for alert, link in alerts if (item := item_of_alert(alert, link=link)) is not None]
    replaced = replaced_keys((str(item.guid), item.versions) for item in items)
    return tuple(replace(item, guid=first_key(str(item.guid), replaced)) for item in items)


def item_of_alert(alert: etree._Element, *, link: str | None = None) -> Item | None:
    """Return a warning as an item; None for a message that warns of nothing, such as a receipt.

    An update and a cancellation have the guid of the warning to which they refer. `link` is the address of its page, if it names none.
    """
    kind = _own(alert, "msgType")
    identifier = _own(alert, "identifier")
    if kind in _NO_WARNING or not identifier:
        return None
    infos = list(descendants(alert, "info"))
    info = infos[0] if infos else None
    event = first_text(info, "event")
    headline = first_text(info, "headline") or event or _own(alert, "note") or f"Warning {identifier}"
    status = _own(alert, "status")
    return Item(
        title=Markup(value="".join((_status_mark(status), "Cancelled: " if kind == "Cancel" else "", headline))),
        content=Markup(value="\n\n".join(dict.fromkeys(_paragraphs(alert, infos)))),
        link=first_text(info, "web") or link,
        guid=original_of(_own(alert, "references")) or identifier,
        identified=True,
        versions=versions_of(identifier, _own(alert, "references")),
        authors=tuple(filter(None, (first_text(info, "senderName"),))),
        tags=_tags(infos, kind, status),
        language=first_text(info, "language") or None,
        published=_own(alert, "sent"),
        updated=_own(alert, "sent"),
    )


def _status_mark(status: str) -> str:
    return "" if status in {"", "Actual"} else f"{status}: "


def _paragraphs(alert: etree._Element, infos: list[etree._Element]) -> Iterator[str]:
    for info in infos:
        yield from filter(None, (first_text(info, name) for name in ("headline", "event")))
        yield from _prose(info, "description")
        yield from _prose(info, "instruction")
        if areas := texts_of(info, "areaDesc"):
            yield f"Areas: {'; '.join(areas)}"
        facts = ((name, ", ".join(texts_of(info, name))) for name in _FACTS)
        yield "\n".join(f"{name.capitalize()}: {value}" for name, value in facts if value)
    if note := _own(alert, "note"):
        yield note


def _prose(info: etree._Element, name: str) -> Iterator[str]:
    """Yield the paragraphs of a text; its single line ends only wrap it."""
    element = first(info, name)
    if element is not None:
        text = "".join(map(str, element.itertext())).replace("\r\n", "\n")
        yield from filter(None, (" ".join(paragraph.split()) for paragraph in text.split("\n\n")))


def _tags(infos: list[etree._Element], kind: str, status: str) -> tuple[str, ...]:
    facts = tuple(text for info in infos for name in _TAG_FACTS for text in texts_of(info, name))
    marks = (kind if kind in {"Update", "Cancel"} else "", status if _status_mark(status) else "")
    return tuple(filter(None, (*marks, *facts)))


def _own(alert: etree._Element, name: str) -> str:
    """Return the text of a child of the warning itself, not of a warning inside it."""
    return next((text_in(child) for child in alert if local_name(child) == name), "")
