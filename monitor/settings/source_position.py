"""The tree of a configuration file, in which every key and value knows its position."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.domain.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of the configuration: its path, its name in messages, and its text."""

    path: Path
    name: str
    text: str

    def fault(self, line: int, column: int, message: str) -> Fault:
        """Return a fault in this file; `line` and `column` count from 1."""
        return Fault(file=self.name, line=line, column=column, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A position in a file: `index` counts characters of its text from 0, `line` and `column` from 1."""

    source: SourceFile
    index: int
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"

    def fault(self, message: str) -> Fault:
        """Return a fault at this position."""
        return self.source.fault(self.line, self.column, message)

    def ahead(self, distance: int) -> Position:
        """Return the position `distance` characters further on in the same file."""
        passed = self.source.text[self.index : self.index + distance]
        lines = passed.count("\n")
        column = len(passed) - passed.rfind("\n") if lines else self.column + len(passed)
        return Position(source=self.source, index=self.index + len(passed), line=self.line + lines, column=column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A single value. `written` is the text in the file, `value` the text after variables are replaced, None if one of them is missing."""

    position: Position
    written: str
    value: str | None
    null: bool = False

    def position_of(self, offset: int) -> Position:
        """Return the position of character `offset` of `written`, or of the value's beginning if that cannot be determined.

        It walks along the value and the file side by side, skipping quotation marks, indentation and line folding.
        """
        text = self.position.source.text
        at = _skip_opening(text, self.position.index)
        doubled = text.startswith("'", self.position.index)
        for wanted in self.written[:offset]:
            at = _find(text, at, wanted) + 1
            if not at:
                return self.position
            at += doubled and wanted == text[at : at + 1] == "'"
        at = _find(text, at, self.written[offset]) if offset < len(self.written) else at
        return self.position if at < 0 else self.position.ahead(at - self.position.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list of values."""

    position: Position
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys and their values, in the file's order."""

    position: Position
    entries: dict[str, KeyValue]


Node = Scalar | Sequence | Mapping


def is_null(node: Node) -> bool:
    """Return whether the value is empty, as after a key whose list is commented out."""
    return isinstance(node, Scalar) and node.null


def node_kind(node: Node) -> str:
    """Return what messages call this kind of node."""
    if isinstance(node, Scalar):
        return "nothing" if node.null else "a single value"
    return "a list" if isinstance(node, Sequence) else "keys and values"


def _skip_opening(text: str, at: int) -> int:
    if text[at : at + 1] in {"'", '"'}:
        return at + 1
    if text[at : at + 1] in {"|", ">"}:
        return text.find("\n", at) + 1 or len(text)
    return at


def _find(text: str, at: int, wanted: str) -> int:
    """Return the index of `wanted` at or after `at`, skipping only white space and escapes; -1 if something else comes first."""
    if wanted.isspace():
        return at if text[at : at + 1].isspace() else -1
    while at < len(text) and text[at] != wanted and (text[at].isspace() or text[at] == "\\"):
        at += 1
    return at if text[at : at + 1] == wanted else -1
