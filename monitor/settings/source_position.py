"""A configuration file as a tree in which every key and value knows where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.domain.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of the configuration: where it is, how messages name it, and its text."""

    path: Path
    name: str
    text: str

    def fault(self, line: int, column: int, message: str) -> Fault:
        """A fault in this file; `line` and `column` count from 1."""
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
        """A fault at this place."""
        return self.source.fault(self.line, self.column, message)

    def ahead(self, distance: int) -> Position:
        """The place `distance` characters further on in the same file."""
        passed = self.source.text[self.index : self.index + distance]
        lines = passed.count("\n")
        column = len(passed) - passed.rfind("\n") if lines else self.column + len(passed)
        return Position(source=self.source, index=self.index + len(passed), line=self.line + lines, column=column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A single value. `written` is what the file says, `value` what it means once variables are replaced; None: it cannot be told."""

    position: Position
    written: str
    value: str | None
    null: bool = False

    def position_of(self, offset: int) -> Position:
        """Where character `offset` of `written` stands in the file, or where the value begins if that cannot be told.

        Quotation marks, indentation and line folding are stepped over by walking along the value and the file side by side.
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
class Entry:
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys and their values, in the file's order."""

    position: Position
    entries: dict[str, Entry]


Node = Scalar | Sequence | Mapping


def is_null(node: Node) -> bool:
    """Whether nothing stands there, as after a key whose list is commented out."""
    return isinstance(node, Scalar) and node.null


def kind_of(node: Node) -> str:
    """What to call a node in a message."""
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
    """The index of `wanted` at or after `at`, past white space and escapes only; -1 if something else comes first."""
    if wanted.isspace():
        return at if text[at : at + 1].isspace() else -1
    while at < len(text) and text[at] != wanted and (text[at].isspace() or text[at] == "\\"):
        at += 1
    return at if text[at : at + 1] == wanted else -1
