"""Add values to a list inside an item of a YAML list, as text, so that everything else is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from monitor.settings.yaml_edit import CannotInsert, quote_yaml, yaml_events


@dataclass(slots=True)
class _Value:
    """The value of a key: where it begins, and the end of its last part; `flow` and `indent` are those of a list."""

    start: int
    end: int
    is_list: bool = False
    empty: bool = True
    flow: bool = False
    indent: int = 0


@dataclass(slots=True)
class _Item:
    flow: bool
    column: int
    end: int
    values: dict[str, _Value]


def add_to_item(text: str, start: int, key: str, values: Sequence[str]) -> str:
    """Return `text` with `values` at the end of the list `key` of the mapping that begins at the index `start`; the key is added if it is missing.

    Raises CannotInsert for an item that is no mapping, or a value that is no list.
    """
    item = _item(text, start)
    known = item.values.get(key)
    listed = ", ".join(quote_yaml(value, flow=True) for value in values)
    newline = "\r\n" if "\r\n" in text else "\n"
    if known is None and item.flow:
        return f"{text[: item.end]}, {key}: [{listed}]{text[item.end :]}"
    if known is None:
        first = next(iter(item.values.values()))
        return _after_line(text, first.end, " " * item.column + f"{key}: [{listed}]" + newline)
    if not known.is_list:
        raise CannotInsert(f"`{key}` is written in a way that cannot be extended; add it by hand")
    if known.flow:
        return f"{text[: known.end]}{'' if known.empty else ', '}{listed}{text[known.end :]}"
    lines = "".join(f"{' ' * known.indent}- {quote_yaml(value)}{newline}" for value in values)
    return _after_line(text, known.end, lines)


def _after_line(text: str, index: int, lines: str) -> str:
    line_end = text.find("\n", index) + 1
    if not line_end:
        return f"{text}\n{lines}"
    return text[:line_end] + lines + text[line_end:]


def _item(text: str, start: int) -> _Item:
    events = yaml_events(text)
    for event in events:
        if isinstance(event, MappingStartEvent) and event.start_mark.index == start:
            item = _Item(flow=bool(event.flow_style), column=event.start_mark.column, end=start + 1, values={})
            _read_pairs(events, item)
            if item.values:
                return item
    raise CannotInsert("the entry is not written as keys and values; write it as `- name: …` first")


def _read_pairs(events: Iterator[Any], item: _Item) -> None:
    for event in events:
        if isinstance(event, CollectionEndEvent):
            return
        key = event.value if isinstance(event, ScalarEvent) else ""
        value = _read_value(events, next(events))
        item.values[key] = value
        item.end = value.end + (1 if value.is_list and value.flow else 0)


def _read_value(events: Iterator[Any], first: Any) -> _Value:
    value = _Value(start=first.start_mark.index, end=first.end_mark.index)
    if not isinstance(first, CollectionStartEvent):
        return value
    value.is_list, value.flow, value.indent = isinstance(first, SequenceStartEvent), bool(first.flow_style), first.start_mark.column
    depth = 1
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth == 0:
            value.end = event.start_mark.index if value.flow else value.end
            if value.flow and not value.is_list:
                value.end = event.end_mark.index
            break
        if isinstance(event, ScalarEvent | AliasEvent):
            value.end, value.empty = event.end_mark.index, False
    return value
