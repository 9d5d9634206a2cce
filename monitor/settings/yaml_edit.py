"""Insert items into a YAML list as text, so that every comment, quotation mark and blank line is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent, ScalarEvent, SequenceStartEvent

from monitor.domain.errors import MonitorError

_NOT_PLAIN: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"})


class CannotInsert(MonitorError):
    """The list is written in a way that cannot be changed; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """A list item: its lines in block style without the dash, and the same on one line in flow style."""

    lines: tuple[str, ...]
    flow: str


@dataclass(slots=True)
class _Place:
    """Where the list is, as indices into the text. `last` is the end of its last item, `key_end` that of the key."""

    key_end: int
    indent: int = 2
    flow: bool = False
    opening: int = 0
    last: int | None = None


def insert_items(text: str, key: str, items: Sequence[ListItem]) -> str:
    """Return `text` with `items` at the end of the list under the top-level `key`, which is added if it is missing.

    Raises CannotInsert where the value of `key` is no list, or the text is no YAML.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    position = _find(text, key)
    if position is None:
        gap = "" if not text else newline * (1 + (not text.endswith("\n")))
        return text + gap + f"{key}:{newline}" + _block(items, 2, newline)
    if position.flow:
        joined = ", ".join(item.flow for item in items)
        if position.last is None:
            return text[: position.opening] + joined + text[position.opening :]
        return text[: position.last] + ", " + joined + text[position.last :]
    end = len(text[: position.last if position.last is not None else position.key_end].rstrip())
    line_end = text.find("\n", end) + 1
    if not line_end:
        return text + newline + _block(items, position.indent, newline)
    return text[:line_end] + _block(items, position.indent, newline) + text[line_end:]


def _block(items: Sequence[ListItem], indent: int, newline: str) -> str:
    lines = (" " * indent + ("  " if index else "- ") + line for item in items for index, line in enumerate(item.lines))
    return "".join(line + newline for line in lines)


def yaml_events(text: str) -> Iterator[Any]:
    """Yield the events of a YAML text. Raises CannotInsert for a text that is none."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise CannotInsert("the file is not valid YAML; `check` says where") from error


def _find(text: str, key: str) -> _Place | None:
    events = yaml_events(text)
    depth, child = 0, 0
    for event in events:
        if depth == 1 and isinstance(event, NodeEvent):
            child += 1
            if child % 2 and isinstance(event, ScalarEvent) and event.value == key:
                return _value(events, _Place(key_end=event.end_mark.index), text)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
    return None


def _value(events: Iterator[Any], position: _Place, text: str) -> _Place:
    """Consume the value at the head of `events`."""
    first = next(events)
    if isinstance(first, ScalarEvent) and not first.value and first.style is None:
        position.key_end = text.index(":", position.key_end) + 1
        return position
    if not isinstance(first, SequenceStartEvent):
        raise CannotInsert("the value is not a list; begin each entry with `- ` on a line of its own")
    position.flow = bool(first.flow_style)
    position.indent = first.start_mark.column
    position.opening = first.start_mark.index + 1
    open_flows = [position.flow]
    for event in events:
        flow = False
        if isinstance(event, CollectionStartEvent):
            open_flows.append(bool(event.flow_style))
        elif isinstance(event, CollectionEndEvent):
            flow = open_flows.pop()
        if not open_flows:
            break
        if flow or isinstance(event, ScalarEvent | AliasEvent):
            position.last = event.end_mark.index
    return position


def quote_yaml(text: str, *, flow: bool = False) -> str:
    """Return `text` as a YAML value that reads back as exactly this text: plain where every YAML reader takes it for a text, else quoted.

    Raises CannotInsert for a lone surrogate, which a shell makes of bytes that are no UTF-8.
    """
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise CannotInsert("there are characters in it that are no text")
    written = text.replace("$", "$$") if "$$" in text or "${" in text else text
    if _is_plain(written, flow=flow):
        return written
    if written.isprintable():
        return "'" + written.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, written)) + '"'


def _escaped(character: str) -> str:
    if character.isprintable() and character not in '"\\':
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_plain(text: str, *, flow: bool) -> bool:
    if text.casefold() in _NOT_PLAIN or not text.isprintable() or (flow and set(text) & set(",[]{}\"'")):
        return False
    try:
        node = YAML(typ="safe", pure=True).compose(f"[{text}]\n" if flow else f"- {text}\n")
    except (YAMLError, ValueError, OverflowError, RecursionError):
        return False
    item = node.value[0] if node is not None and node.id == "sequence" and len(node.value) == 1 else None
    return bool(item and item.id == "scalar" and item.style is None and item.value == text and item.tag.endswith(":str"))
