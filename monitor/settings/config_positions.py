"""Find where in the files a part of the settings is written, so that what is said of it later can name the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.domain.errors import Fault
from monitor.settings.schema_walker import Location
from monitor.settings.source_position import Node, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A part of the settings.

    `key` is the path to it, in the watch item of the term whose `where` is `term`, or without one in the whole configuration. Of a list at that path
    `value` is the item meant, and `offset` the character within the text.
    """

    term: str = ""
    key: Location = ()
    value: str | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ConfigPositions:
    """The nodes of the files by their path: those of the configuration, and those of each watch item by the `where` of its term."""

    configuration: Mapping[Location, Node] = field(default_factory=dict)
    terms: Mapping[str, Mapping[Location, Node]] = field(default_factory=dict)

    def fault(self, place: Place, message: str) -> Fault:
        """Return a fault at a place, or at the nearest part above it that has a position."""
        nodes = self.terms.get(place.term, {}) if place.term else self.configuration
        node = _item(nodes, place) or _nearest(nodes, place.key)
        if place.term and (node is None or not place.key):
            return _fault_at(place.term, message)
        if isinstance(node, Scalar) and node.value == node.written:
            return node.position_of(place.offset).fault(message)
        return node.position.fault(message) if node is not None else Fault(file="", line=0, column=0, message=message)


def _item(nodes: Mapping[Location, Node], place: Place) -> Node | None:
    if place.value is None:
        return None
    depth = len(place.key) + 1
    found = [
        node
        for at, node in nodes.items()
        if len(at) == depth and at[:-1] == place.key and isinstance(node, Scalar) and node.value == place.value
    ]
    return found[0] if found else None


def _nearest(nodes: Mapping[Location, Node], key: Location) -> Node | None:
    while key and key not in nodes:
        key = key[:-1]
    return nodes.get(key)


def _fault_at(where: str, message: str) -> Fault:
    file, line, column = (*where.rsplit(":", 2), "", "")[:3]
    return Fault(file=file, line=int(line) if line.isdigit() else 0, column=int(column) if column.isdigit() else 0, message=message)
