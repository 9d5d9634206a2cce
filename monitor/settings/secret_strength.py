"""Refuse tokens and secrets that can be guessed."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

MIN_LENGTH: Final = 16
_MIN_DISTINCT: Final = 6
_ADVICE: Final = "make one with `openssl rand -hex 24`"
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def weakness(secret: str) -> str | None:
    """Return why a token or secret can be guessed and what to do, without naming it; None if it is good."""
    if len(secret) < MIN_LENGTH:
        return f"shorter than {MIN_LENGTH} characters, so it can be guessed; {_ADVICE}"
    lower = secret.lower()
    repeats = lower in (lower + lower)[1:-1]
    if repeats or len(set(lower)) < _MIN_DISTINCT or _runs(lower) > len(lower) // 2:
        return f"too regular, so it can be guessed; {_ADVICE}"
    return None


def _runs(text: str) -> int:
    """Return how many characters follow the one before them as on a keyboard, in the alphabet or in counting."""
    follows = {a + b for row in (*_ROWS, *(row[::-1] for row in _ROWS)) for a, b in pairwise(row)}
    return sum(a == b or a + b in follows for a, b in pairwise(text))
