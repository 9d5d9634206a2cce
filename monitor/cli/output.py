"""Print JSON documents, without control characters that a terminal would obey."""

from __future__ import annotations

import re
from typing import Any

import click
import orjson

_UNESCAPED_CONTROLS = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def print_json(document: Any) -> None:
    """Print one indented JSON document."""
    click.echo(_escaped(orjson.dumps(document, option=orjson.OPT_INDENT_2)))


def print_json_line(document: Any) -> None:
    """Print one JSON document on one line."""
    click.echo(_escaped(orjson.dumps(document)))


def _escaped(document: bytes) -> str:
    # JSON escapes only the first 32 control characters; a terminal obeys these, too.
    return _UNESCAPED_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", document.decode())
