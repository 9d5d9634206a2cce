"""Text from the net made safe to show, and cut without breaking a character."""

from __future__ import annotations

import re

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\u2028\u2029\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` without control characters, escape sequences and bidirectional overrides; tab and line feed stay."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """`text` printable and on one line, white space collapsed."""
    return " ".join(printable(text).split())
