"""Take items out of a YAML list as text, so that every other line, comment and quotation mark is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent, ScalarEvent, SequenceStartEvent

from monitor.settings.yaml_edit import CannotInsert, yaml_events


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of a list, as indices into the text: its first character, behind the dash, and the end of its last value."""

    start: int
    end: int


def remove_item(text: str, key: str | None, start: int) -> str:
    """Return `text` without the item that begins at the index `start`, of the list under the top-level `key` (None: the file is the list).

    Raises CannotInsert where there is no such item, or the list cannot be read.
    """
    flow, items = _items(text, key)
    at = next((number for number, item in enumerate(items) if item.start <= start < max(item.end, item.start + 1)), None)
    if at is None:
        raise CannotInsert("the entry is written in a way that cannot be taken out; remove it by hand")
    item = items[at]
    if flow:
        if at + 1 < len(items):
            return text[: item.start] + text[items[at + 1].start :]
        return text[: items[at - 1].end if at else item.start] + text[item.end :]
    begin = text.rfind("\n", 0, item.start) + 1
    content_end = len(text[: item.end].rstrip())
    line_end = text.find("\n", content_end) + 1 or len(text)
    if text[begin : item.start].strip() != "-":
        raise CannotInsert("the entry shares its line with something else; remove it by hand")
    return text[:begin] + text[line_end:]


def _items(text: str, key: str | None) -> tuple[bool, list[_Item]]:
    """Return whether the list is in flow style, and its items."""
    events = yaml_events(text)
    depth, child = 0, 0
    for event in events:
        if key is None and isinstance(event, SequenceStartEvent):
            return bool(event.flow_style), list(_read_items(events))
        if key is not None and depth == 1 and isinstance(event, NodeEvent):
            child += 1
            if child % 2 and isinstance(event, ScalarEvent) and event.value == key:
                first = next(events)
                if isinstance(first, SequenceStartEvent):
                    return bool(first.flow_style), list(_read_items(events))
                break
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
    raise CannotInsert("there is no list to take something out of")


def _read_items(events: Iterator[Any]) -> Iterator[_Item]:
    """Yield the items of the list whose start event has just been consumed."""
    open_flows: list[bool] = []
    start = end = 0
    for event in events:
        if isinstance(event, CollectionEndEvent) and not open_flows:
            return
        if not open_flows and isinstance(event, NodeEvent):
            start = event.start_mark.index
        if isinstance(event, CollectionStartEvent):
            open_flows.append(bool(event.flow_style))
            continue
        closed_flow = isinstance(event, CollectionEndEvent) and open_flows.pop()
        if closed_flow or isinstance(event, ScalarEvent | AliasEvent):
            end = event.end_mark.index
        if not open_flows:
            yield _Item(start, max(start, end))
