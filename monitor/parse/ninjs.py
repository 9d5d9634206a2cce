"""Read ninjs, the news in JSON of the IPTC, in its versions 1 to 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.parse.item_versions import newest_versions
from monitor.parse.items import NOTHING, FeedDocument, Item, Markup
from monitor.parse.json_feed import decode_json, list_of, text_of

_MARKS = frozenset({"versioncreated", "versionCreated", "pubstatus", "pubStatus", "body_xhtml", "headlines", "bodies"})
_NAMED = ("subjects", "subject", "places", "place", "events", "event", "people", "person", "organisations", "organisation")
_PARTS = {"headline": "headlines", "description": "descriptions", "body": "bodies"}
_WITHDRAWN = {"canceled": "Cancelled: ", "withheld": "Withheld: "}


def is_ninjs(record: Mapping[str, Any]) -> bool:
    """Return whether an object is an item in ninjs."""
    return isinstance(record.get("uri"), str) and not _MARKS.isdisjoint(record)


def item_of_ninjs(record: dict[str, Any]) -> Item | None:
    """Return an item; None if it has neither headline nor text, such as a picture. Its versions have one guid."""
    body, summary = _markup(record, "body"), _markup(record, "description")
    title = _markup(record, "headline").value or text_of(record, "title") or text_of(record, "name")
    if not title and not body.value:
        return None
    withdrawn = _WITHDRAWN.get((text_of(record, "pubstatus") or text_of(record, "pubStatus")).lower(), "")
    uri, updated = text_of(record, "uri"), text_of(record, "versioncreated") or text_of(record, "versionCreated")
    address = text_of(record, "url") or text_of(record, "canonicalurl") or uri
    notes = (text_of(record, "ednote") or text_of(record, "edNote"),)
    return Item(
        title=Markup(value=withdrawn + title),
        summary=summary,
        content=body,
        further=tuple(Markup(value=f"Note to editors: {note}") for note in notes if note),
        link=address if address.startswith(("http://", "https://")) else None,
        guid=uri,
        identified=True,
        authors=tuple(filter(None, (text_of(record, "byline") or text_of(record, "by"),))),
        tags=tuple(_tags(record, withdrawn)),
        language=text_of(record, "language") or None,
        published=text_of(record, "firstcreated") or text_of(record, "firstCreated") or updated,
        updated=updated,
    )


def parse_ninjs(body: bytes) -> FeedDocument | None:
    """Return the items of a document in ninjs, alone or in a list; None if it is something else."""
    value = decode_json(body)
    members = (
        value
        if isinstance(value, list)
        else list_of(value, "items")
        if isinstance(value, dict) and not is_ninjs(value)
        else [value]
    )
    records = [member for member in members if isinstance(member, dict) and is_ninjs(member)]
    items = newest_versions(item for record in records if (item := item_of_ninjs(record)) is not None)
    return FeedDocument(format="ninjs", items=items) if items else None


def _markup(record: dict[str, Any], name: str) -> Markup:
    """Return one of the texts of an item: `body_xhtml`, `body_html` or `body_text`, or the main one of `bodies`."""
    for suffix, html in (("_xhtml", True), ("_html", True), ("_text", False), ("", False)):
        if value := text_of(record, name + suffix):
            return Markup(value=value, html=html)
    members = [member for member in list_of(record, _PARTS[name]) if isinstance(member, dict) and text_of(member, "value")]
    members.sort(key=lambda member: text_of(member, "role").rpartition(":")[2].lower() not in {"main", ""})
    if not members:
        return NOTHING
    kind = text_of(members[0], "contenttype") or text_of(members[0], "contentType")
    return Markup(value=text_of(members[0], "value"), html="html" in kind.lower())


def _tags(record: dict[str, Any], withdrawn: str) -> Iterator[str]:
    yield withdrawn.strip(": ")
    yield text_of(record, "slugline")
    yield from (tag for tag in list_of(record, "keywords") if isinstance(tag, str))
    for name in _NAMED:
        yield from (text_of(member, "name") for member in list_of(record, name) if isinstance(member, dict))
