"""Print tables and records for people, without control characters that a terminal would obey."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.domain.text import one_line

_UNLIMITED_WIDTH = 1_000_000
"""Columns where standard output is no terminal."""
_MAX_UNBROKEN = 40
"""A column whose cells are no longer than this and have no space (ids, times, numbers) is never wrapped."""
_MIN_TEXT_WIDTH = 20
"""The smallest width of a column of text; a table that still does not fit is printed plainly, for the terminal to wrap."""
_FRACTION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


def console() -> Console:
    """Return a console on standard output, with colour and line breaks only where that is a terminal."""
    terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=not terminal, width=None if terminal else _UNLIMITED_WIDTH)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print a table, or the sentence `empty` where there are no rows. Only a terminal limits its width."""
    cells = [[_cell(value) for value in row] for row in rows]
    out = console()
    if not cells:
        out.print(empty, markup=False)
        return
    headings = [column.upper() for column in columns]
    columns_of_cells = [[row[number] for row in cells] for number in range(len(headings))]
    min_widths = [_min_width(heading, column) for heading, column in zip(headings, columns_of_cells, strict=True)]
    if not out.is_terminal or sum(min_widths) + 2 * len(min_widths) > out.width:
        _print_plain([headings, *cells])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, width in zip(headings, min_widths, strict=True):
        table.add_column(heading, overflow="fold", min_width=width)
    for row in cells:
        table.add_row(*map(Text, row))
    out.print(table)


def _min_width(heading: str, column: Sequence[str]) -> int:
    longest = max(map(cell_len, column))
    whole = longest <= _MAX_UNBROKEN and not any(" " in cell for cell in column)
    return max(cell_len(heading), longest if whole else min(longest, _MIN_TEXT_WIDTH))


def _print_plain(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())


def print_fields(record: Mapping[str, object]) -> None:
    """Print a record as aligned `name value` lines."""
    width = max(map(len, record), default=0)
    for name, value in record.items():
        click.echo(f"{name.ljust(width)}  {_cell(value)}")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    text = one_line(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
    return _FRACTION.sub(r"\1Z", text)
