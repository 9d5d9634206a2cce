"""What commands print: JSON documents for programs, tables and sentences for people. Nothing from the net reaches a terminal raw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.domain.text import one_line


def console() -> Console:
    """Standard output; colour only where it is a terminal."""
    return Console(highlight=False, soft_wrap=False)


def print_json(document: Any) -> None:
    """One JSON document, indented."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def print_json_line(document: Any) -> None:
    """One JSON document on one line."""
    click.echo(orjson.dumps(document))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table for people; `empty` is said where there are no rows."""
    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.upper(), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    if table.row_count:
        out.print(table)
    else:
        out.print(empty, markup=False)


def print_fields(record: Mapping[str, object]) -> None:
    """A record as aligned `name value` lines."""
    width = max(map(len, record), default=0)
    for name, value in record.items():
        click.echo(f"{name.ljust(width)}  {_cell(value)}")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return one_line(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
