"""Read YAML text into a tree of nodes with positions. Nothing is constructed: tags are refused, and every value stays a text."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from monitor.domain.errors import Fault
from monitor.settings.interpolate import interpolate
from monitor.settings.source_position import KeyValue, Mapping, Node, Position, Scalar, Sequence, SourceFile

_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = {_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")}
_SLACK: Final = 100_000
LARGEST: Final = 8_000_000
"""Bytes of a YAML file that are read; longer lists belong in CSV or JSON, which are read a hundred times faster."""

_ADVICE: Final = (
    ("'\\t'", "a tab cannot indent in YAML; use spaces"),
    ("undefined alias", "a value that starts with * is an alias, and this one is not defined; put the value in quotes"),
    ("cannot start any token", "a value cannot start with this character; put the value in quotes"),
    (
        "mapping values are not allowed",
        "a colon is not expected here; put a value that contains ': ' in quotes, or check the indentation",
    ),
    ("expected <block end>", "this line does not fit the lines above it; check the indentation, or put the value in quotes"),
    ("could not find expected ':'", "expected a colon after the key; check the indentation"),
    ("unknown escape character", "an unknown \\ escape; use single quotes where \\ is meant literally"),
    ("expected a single document", "a second document starts here; a configuration file holds one"),
)


class _Converter:
    """Converts the nodes of a file. An anchored node is converted once; `size` counts it as often as it is used."""

    def __init__(self, source: SourceFile, env: Environment[str, str]) -> None:
        self.source = source
        self.env = env
        self.faults: list[Fault] = []
        self.done: dict[int, tuple[Node, int]] = {}
        self.open: set[int] = set()

    def convert(self, raw: Any) -> tuple[Node, int]:
        """Return the node with its position, and its size."""
        if id(raw) in self.done:
            return self.done[id(raw)]
        position = self._place(raw)
        if id(raw) in self.open:
            self.faults.append(position.fault("an alias that contains itself"))
            return Scalar(position=position, written="", value=None), 1
        self.open.add(id(raw))
        if raw.tag not in _PLAIN_TAGS:
            self.faults.append(
                position.fault("a value that starts with ! is a YAML tag, which has no meaning here; put the value in quotes")
            )
        result = self._mapping(raw, position) if raw.id == "mapping" else self._other(raw, position)
        self.open.discard(id(raw))
        self.done[id(raw)] = result
        return result

    def _place(self, raw: Any) -> Position:
        mark = raw.start_mark
        return Position(source=self.source, index=mark.index, line=mark.line + 1, column=mark.column + 1)

    def _other(self, raw: Any, position: Position) -> tuple[Node, int]:
        if raw.id == "sequence":
            items = [self.convert(item) for item in raw.value]
            return Sequence(position=position, items=tuple(node for node, _ in items)), 1 + sum(size for _, size in items)
        written = str(raw.value)
        value, problems = interpolate(written, self.env)
        scalar = Scalar(position=position, written=written, value=None if problems else value, null=raw.tag == _TAG + "null")
        self.faults += [scalar.position_of(problem.offset).fault(problem.message) for problem in problems]
        return scalar, 1

    def _mapping(self, raw: Any, position: Position) -> tuple[Node, int]:
        entries: dict[str, KeyValue] = {}
        total = 1
        for raw_key, raw_value in raw.value:
            if raw_key.id != "scalar" or raw_key.value == "":
                self.faults.append(self._place(raw_key).fault("a key must be a plain word"))
                continue
            key = Scalar(position=self._place(raw_key), written=raw_key.value, value=raw_key.value)
            value, size = self.convert(raw_value)
            total += size
            if raw_key.value in entries:
                first = entries[raw_key.value].key.position
                self.faults.append(key.position.fault(f"the key `{key.written}` stands here twice; first in line {first.line}"))
                continue
            entries[raw_key.value] = KeyValue(key=key, value=value)
        return Mapping(position=position, entries=entries), total


def read_tree(source: SourceFile, env: Environment[str, str]) -> tuple[Node | None, tuple[Fault, ...]]:
    """Return the file's tree with variables replaced from `env` (None: the file is empty or no YAML), and every fault found."""
    try:
        reader = YAML(typ="safe", pure=True)
        reader.composer.warn_double_anchors = False
        raw = reader.compose(source.text)
        if raw is None:
            return None, ()
        converter = _Converter(source, env)
        node, size = converter.convert(raw)
    except RecursionError:
        return None, (source.fault(1, 1, "the file is nested too deeply"),)
    except Exception as error:  # noqa: BLE001 - whatever the YAML library stumbles over is a fault of the file
        return None, (_fault(source, error),)
    if size > 10 * len(converter.done) + _SLACK:
        return None, (source.fault(1, 1, "the aliases of this file expand to too many values"),)
    return node, tuple(converter.faults)


def _fault(source: SourceFile, error: Exception) -> Fault:
    if isinstance(error, ReaderError):
        return _unprintable(source, int(error.position))
    if not isinstance(error, MarkedYAMLError):
        detail = "not valid YAML" if isinstance(error, YAMLError) else "not valid YAML: an impossible escape or number"
        return source.fault(1, 1, detail)
    problem = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if "quoted scalar" in problem and "end of stream" in problem and error.context_mark is not None:
        return source.fault(
            error.context_mark.line + 1, error.context_mark.column + 1, "a quotation mark is opened here and never closed"
        )
    if "while parsing a flow" in problem and error.context_mark is not None:
        what, line = ("list" if "sequence" in problem else "mapping"), error.context_mark.line + 1
        return source.fault(mark.line + 1, mark.column + 1, f"expected a comma or the end of the {what} that begins in line {line}")
    message = next((advice for sign, advice in _ADVICE if sign in problem), f"not valid YAML: {error.problem or error.context}")
    return source.fault(1, 1, message) if mark is None else source.fault(mark.line + 1, mark.column + 1, message)


def _unprintable(source: SourceFile, index: int) -> Fault:
    before = source.text[:index]
    column = index - before.rfind("\n")
    return source.fault(
        before.count("\n") + 1, column, f"a control character (U+{ord(source.text[index]):04X}) is not allowed in YAML"
    )
