"""Set and take out keys of one item of a YAML list as text, so that every other line, comment and quotation mark is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, MappingStartEvent, ScalarEvent

from monitor.settings.yaml_edit import CannotInsert, ListItem, quote_yaml, yaml_events


@dataclass(frozen=True, slots=True)
class _Pair:
    """A key and its value, as indices into the text: where the key begins, where the value does, and its end."""

    key_start: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Item:
    """A mapping in a list. `column` is that of its keys in block style."""

    flow: bool
    column: int
    pairs: dict[str, _Pair]


def list_item(document: Mapping[str, Any], plain: str) -> ListItem:
    """Return an item with these keys; one that has only the key `plain` is written as its value."""
    if set(document) == {plain} and isinstance(document[plain], str):
        return ListItem(lines=(quote_yaml(document[plain]),), flow=quote_yaml(document[plain], flow=True))
    lines = tuple(f"{quote_yaml(key, flow=True)}: {flow_yaml(value)}" for key, value in document.items() if value is not None)
    return ListItem(lines=lines, flow="{" + ", ".join(lines) + "}")


def flow_yaml(value: Any) -> str:
    """Return plain data as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quote_yaml(str(key), flow=True)}: {flow_yaml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(flow_yaml, value))}]"
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    return quote_yaml(value, flow=True) if isinstance(value, str) else str(value)


def change_item(text: str, start: int, key: str, value: Any) -> str:
    """Return `text` with `key` of the mapping that begins at the index `start` set to `value`, or (None) without that key.

    Raises CannotInsert for an item that is no mapping.
    """
    item = _read_item(text, start)
    known = item.pairs.get(key)
    if value is None:
        return text if known is None else _without(text, item, known)
    written = flow_yaml(value)
    if known is not None:
        space = " " if text[known.start - 1 : known.start] == ":" else ""
        return text[: known.start] + space + written + text[known.end :]
    last = list(item.pairs.values())[-1]
    if item.flow:
        return f"{text[: last.end]}, {key}: {written}{text[last.end :]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    first = next(iter(item.pairs.values()))
    line_end = text.find("\n", first.end) + 1
    line = f"{' ' * item.column}{key}: {written}"
    return f"{text[:line_end]}{line}{newline}{text[line_end:]}" if line_end else f"{text}{newline}{line}{newline}"


def _without(text: str, item: _Item, gone: _Pair) -> str:
    pairs = list(item.pairs.values())
    if len(pairs) == 1:
        raise CannotInsert("the only key of an entry cannot be taken out")
    at = pairs.index(gone)
    if item.flow or at == 0:
        if at + 1 < len(pairs):
            return text[: gone.key_start] + text[pairs[at + 1].key_start :]
        return text[: pairs[at - 1].end] + text[gone.end :]
    begin = text.rfind("\n", 0, gone.key_start) + 1
    line_end = text.find("\n", max(gone.key_start, gone.end - 1)) + 1 or len(text)
    return text[:begin] + text[line_end:]


def _read_item(text: str, start: int) -> _Item:
    events = yaml_events(text)
    for event in events:
        if isinstance(event, MappingStartEvent) and event.start_mark.index == start:
            item = _Item(flow=bool(event.flow_style), column=event.start_mark.column, pairs=dict(_read_pairs(events)))
            if item.pairs:
                return item
    raise CannotInsert("the entry is not written as keys and values")


def scalar_end(text: str, start: int) -> int:
    """Return the end of the plain or quoted value that begins at the index `start`. Raises CannotInsert where there is none."""
    for event in yaml_events(text):
        if isinstance(event, ScalarEvent) and event.start_mark.index == start:
            return int(event.end_mark.index)
    raise CannotInsert("the entry is written in a way that cannot be changed; change it by hand")


def _read_pairs(events: Iterator[Any]) -> Iterator[tuple[str, _Pair]]:
    for key in events:
        if isinstance(key, CollectionEndEvent):
            return
        name = key.value if isinstance(key, ScalarEvent) else ""
        first = next(events)
        begin, end, depth = first.start_mark.index, first.end_mark.index, 1
        if isinstance(first, CollectionStartEvent):
            for event in events:
                depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
                if isinstance(event, ScalarEvent | AliasEvent) or (isinstance(event, CollectionEndEvent) and _is_flow_end(event)):
                    end = event.end_mark.index
                if depth == 0:
                    break
        yield name, _Pair(key.start_mark.index, begin, end)


def _is_flow_end(event: Any) -> bool:
    """Return whether a collection ends with a bracket: that of a block ends with nothing."""
    return bool(event.end_mark.index > event.start_mark.index)
