"""Print tables and records for people; nothing from the net reaches a terminal raw."""

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

_UNLIMITED = 1_000_000
"""Columns of a file or a pipe."""
_NEVER_BROKEN = 40
"""A column whose cells are no longer than this and hold no space, such as ids, times and numbers, is not broken on a terminal either."""
_SQUEEZED = 20
"""The least room for a column of text; a table that needs more than the terminal has is left to the terminal to wrap."""
_FRACTION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


def console() -> Console:
    """Return a console on standard output, with colour and line breaks only where that is a terminal."""
    terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=not terminal, width=None if terminal else _UNLIMITED)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print a table, or the sentence `empty` where there are no rows. Only a terminal limits its width."""
    cells = [[_cell(value) for value in row] for row in rows]
    out = console()
    if not cells:
        out.print(empty, markup=False)
        return
    heads = [column.upper() for column in columns]
    columns_of_cells = [[row[number] for row in cells] for number in range(len(heads))]
    least = [_least(head, column) for head, column in zip(heads, columns_of_cells, strict=True)]
    if not out.is_terminal or sum(least) + 2 * len(least) > out.width:
        _print_plain([heads, *cells])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head, width in zip(heads, least, strict=True):
        table.add_column(head, overflow="fold", min_width=width)
    for row in cells:
        table.add_row(*map(Text, row))
    out.print(table)


def _least(head: str, column: Sequence[str]) -> int:
    """Return the least width of a column."""
    longest = max(map(cell_len, column))
    whole = longest <= _NEVER_BROKEN and not any(" " in cell for cell in column)
    return max(cell_len(head), longest if whole else min(longest, _SQUEEZED))


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
