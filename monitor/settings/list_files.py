"""Read long watch lists in CSV, JSON, JSON Lines or plain lines: one record for each term, with its line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor.domain.errors import Fault
from monitor.settings.source_position import SourceFile
from monitor.settings.suggestion import did_you_mean

COLUMNS: Final = (
    "name", "type", "aliases", "spellings", "any", "query", "regex", "not", "exact", "case", "stem", "severity", "channels", "cooldown",
    "repeat", "tags",
)  # fmt: skip
"""The columns a CSV list can have; only `name` is needed."""

_TABLES: Final = frozenset({".csv", ".tsv"})
SUFFIXES: Final = frozenset({*_TABLES, ".json", ".jsonl", ".ndjson", ".txt"})
_MANY: Final = frozenset({"aliases", "any", "channels", "not", "tags"})
_SEPARATOR: Final = re.compile(r"[;|]")
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_FOREIGN_LINE: Final = re.compile(
    r"^[+!-](?=[^\W\d_])|^@\d+$|^\[[^\]]+\]$|^/.+/[a-z]*(?=\s*=>|$)|\s=>\s|(?<!\S)(?:AND|OR|NOT|ANDNOT|(?:O?NEAR|W|PRE|ADJ)/?\d+)(?=[\s(])"
    r"|^(?:in)?title:|^site:|^\(.*\)$|\"~\d"
)
"""What a line of a list of word groups, or a search expression, has and a name has not."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the keys of a watch item, and the line and column (from 1) where it begins."""

    line: int
    column: int
    data: dict[str, Any]


def list_records(source: SourceFile, columns: Mapping[str, str]) -> Iterator[Record | Fault]:
    """Return the rows of a list. `columns` maps our keys to the list's column names and drops all other columns; empty: the names are our keys."""
    try:
        suffix = source.path.suffix.lower()
        if suffix in _TABLES:
            yield from _csv(source, columns)
        elif suffix == ".txt":
            yield from _lines(source)
        else:
            for line, column, value in _json_values(source):
                yield _from_json(source, line, column, value, columns)
    except csv.Error as error:
        yield source.fault(1, 1, f"not a CSV list: {error}")
    except RecursionError:
        yield source.fault(1, 1, "not a JSON list: nested too deeply")
    except json.JSONDecodeError as error:
        yield source.fault(error.lineno, error.colno, f"not valid JSON: {error.msg.lower()}")


def _lines(source: SourceFile) -> Iterator[Record | Fault]:
    """Read one name a line; a line that begins with `#` is a comment. A list of another tool is one fault."""
    for number, line in enumerate(source.text.split("\n"), 1):
        name = line.strip()
        if name and not name.startswith("#"):
            found = _FOREIGN_LINE.search(name)
            if found is not None and (name != name.upper() or not found[0].isalpha()):
                yield source.fault(
                    number,
                    line.index(name) + found.start() + 1,
                    f"`{found[0].strip()}` is of another tool's list, not of a plain list of names: "
                    f"`news-monitor watch import {source.path.name}` translates it",
                )
                return
            yield Record(number, 1, {"name": name})


def _csv(source: SourceFile, columns: Mapping[str, str]) -> Iterator[Record | Fault]:
    lines = source.text.split("\n")
    header = lines[0] if lines else ""
    delimiter = max(",", ";", "\t", key=header.count)
    rows = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    named = [name.strip().strip("\ufeff") for name in next(rows, [])]
    ours = {theirs: name for name, theirs in columns.items()} if columns else {name: name.lower() for name in named}
    fault = _wrong_header(source, named, ours, chosen=bool(columns))
    if fault is not None:
        yield fault
        return
    begin = rows.line_num + 1
    keys = [ours.get(name, "") for name in named]
    for row in rows:
        line, begin = begin, rows.line_num + 1
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(keys):
            yield source.fault(
                line, 1, f"{len(row)} cells in a list of {len(keys)} columns; put a cell with the separator in it in quotes"
            )
            continue
        yield Record(line, 1, {key: _cell(key, cell) for key, cell in zip(keys, row, strict=False) if key and cell.strip()})


def _wrong_header(source: SourceFile, named: list[str], ours: dict[str, str], *, chosen: bool) -> Fault | None:
    absent = [theirs for theirs in ours if theirs not in named] if chosen else []
    unknown = [] if chosen else [name for name in named if name.lower() not in COLUMNS]
    if absent:
        return source.fault(1, 1, f"the list has no column `{absent[0]}`{did_you_mean(absent[0], named)}")
    if "name" not in ours.values():
        return source.fault(1, 1, "the first line names the columns, and `name` is not among them")
    if unknown:
        hint = did_you_mean(unknown[0], COLUMNS) or "; `columns:` beside `include:` picks the columns to read"
        return source.fault(1, 1, f"unknown column `{unknown[0]}`{hint}")
    return None


def _cell(key: str, cell: str) -> str | tuple[str, ...]:
    return split(cell) if key in _MANY else cell.strip()


def split(cell: str) -> tuple[str, ...]:
    """Split a cell that holds several values at `;` or `|`."""
    return tuple(part.strip() for part in _SEPARATOR.split(cell) if part.strip())


def _json_values(source: SourceFile) -> Iterator[tuple[int, int, Any]]:
    """Yield each value of an array, or of JSON Lines, with its line and column."""
    text, decoder = source.text, json.JSONDecoder()
    at = _past_space(text, 0)
    array = text[at : at + 1] == "["
    at = _past_space(text, at + 1) if array else at
    line, line_start, counted = 1, 0, 0
    while at < len(text) and not (array and text[at] == "]"):
        line += text.count("\n", counted, at)
        line_start = max(line_start, text.rfind("\n", counted, at) + 1)
        counted = at
        value, end = decoder.raw_decode(text, at)
        yield line, at - line_start + 1, value
        at = _past_space(text, end)
        if array and text[at : at + 1] == ",":
            at = _past_space(text, at + 1)
        elif array and text[at : at + 1] != "]":
            raise json.JSONDecodeError("Expected ',' or ']'", text, at)
    if array and _past_space(text, at + 1) < len(text):
        raise json.JSONDecodeError("Text after the list", text, at + 1)
    if array and at >= len(text):
        raise json.JSONDecodeError("Expected ']'", text, at)


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _from_json(source: SourceFile, line: int, column: int, value: Any, columns: Mapping[str, str]) -> Record | Fault:
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict):
        return source.fault(line, column, "expected an object with a `name`, or a text")
    if columns:
        value = {ours: value[theirs] for ours, theirs in columns.items() if theirs in value}
    data = {key: split(item) if key in _MANY and isinstance(item, str) else item for key, item in value.items() if item is not None}
    return Record(line, column, data)
