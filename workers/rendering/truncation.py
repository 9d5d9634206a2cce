"""Cut text to a limit without breaking a character, and keep in view what matters."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
_JOINERS = "\u200d\u200c\ufe0e\ufe0f"


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, with an ellipsis where something is missing."""
    if len(text) <= limit:
        return text
    return text[: boundary(text, limit - 1)].rstrip() + ELLIPSIS if limit > 0 else ""


def cut_around(text: str, start: int, end: int, limit: int) -> str:
    """Return at most `limit` characters of `text` around [start, end), with an ellipsis on each side where something is missing."""
    if len(text) <= limit:
        return text
    if end - start >= limit - 2:
        return cut(text[start:], limit)
    spare = limit - 2 - (end - start)
    left = max(0, min(start - spare // 2, len(text) - (limit - 2)))
    left = left if left == 0 else min(boundary(text, left, forward=True), start)
    right = max(boundary(text, min(len(text), left + limit - 2)), end)
    head = ELLIPSIS if left else ""
    tail = ELLIPSIS if right < len(text) else ""
    return head + text[left:right].strip() + tail


def boundary(text: str, index: int, *, forward: bool = False) -> int:
    """Return the nearest index at or before (`forward`: at or after) `index` at which a cut breaks no character.

    Combining marks, joiners and what they join, variation selectors, skin tones, flags and Hangul jamo stay whole: the rules of Unicode
    Standard Annex 29 that matter in news, without its tables. A run that goes on for more than 64 code points is broken.
    """
    step = 1 if forward else -1
    for distance in range(64):
        here = index + step * distance
        if here <= 0 or here >= len(text):
            return max(0, min(here, len(text)))
        if not _joined(text, here):
            return here
    return index


def _joined(text: str, index: int) -> bool:
    before, after = text[index - 1], text[index]
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or after in _JOINERS or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if before == "\u200d" or (before == "\r" and after == "\n"):
        return True
    if _flag(before) and _flag(after):
        run = 0
        while index - 1 - run >= 0 and _flag(text[index - 1 - run]):
            run += 1
        return run % 2 == 1
    return "\u1160" <= after <= "\u11ff"


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
