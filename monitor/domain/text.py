"""Make text from the net safe to show."""

from __future__ import annotations

import re

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\u2028\u2029\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """Return `text` without control characters, escape sequences and bidirectional overrides; tab and line feed stay."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """Return `text` printable and on one line, with white space collapsed."""
    return " ".join(printable(text).split())
