"""Cut text to a limit without breaking a character, and keep in view what matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import regex

ELLIPSIS = "…"
_CHARACTER = regex.compile(r"\X")
_REACH = 64
"""Code points on each side of a cut in which clusters are looked for."""


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
    """Return the nearest index at or before (`forward`: at or after) `index` at which a cut breaks nothing that a reader sees as one character.

    Characters are the extended grapheme clusters of Unicode Standard Annex 29; a cluster of more than 64 code points is broken.
    """
    if not 0 < index < len(text):
        return max(0, min(index, len(text)))
    start = max(0, index - _REACH)
    ends: list[int] = [found.end() for found in _CHARACTER.finditer(text, start, index + _REACH)]
    if forward:
        return min(end for end in ends if end >= index)
    return max((end for end in ends if end <= index), default=index if start else 0)


def fit(texts: Sequence[str], limit: int, shown: Callable[[str], str], *, longest: int = 150) -> tuple[str, ...]:
    """Return every text as `shown` renders it, all of them cut alike so that they fit into `limit` characters with 2 between them."""
    rendered: tuple[str, ...] = ()
    for length in (longest, 100, 60, 40, 25, 16, 11, 8, 6):
        rendered = tuple(shown(cut(text, length)) for text in texts)
        if sum(map(len, rendered)) + 2 * len(rendered) <= limit:
            break
    return rendered
