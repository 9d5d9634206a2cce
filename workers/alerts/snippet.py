"""Cut the part of an article that shows why it raised an alert."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from monitor.domain.match import Document, Field, Match

ELLIPSIS: Final = "…"
_SPACE: Final = re.compile(r"\s+")
_SENTENCE: Final = re.compile(r"[^\n.!?。！？]+(?:[.!?](?!\s)[^\n.!?。！？]*)*[.!?。！？]*\s*|\n+|[.!?。！？]+\s*")


def snippet(document: Document, matches: Sequence[Match], width: int = 240) -> str:
    """Return about `width` characters around the first match in the body, or else in the title, cut between words, on one line.

    Without matches this is the beginning of the body, or the title if there is no body.
    """
    chosen = next((match for match in matches if match.field is Field.BODY), matches[0] if matches else None)
    if chosen is None:
        return _cut(document.body.strip() or document.title, 0, 0, width)
    return _cut(document.body if chosen.field is Field.BODY else document.title, chosen.start, chosen.end, width)


def changed_snippet(document: Document, before: str, matches: Sequence[Match], width: int = 240) -> str:
    """Return a snippet of an updated article whose body was `before`, around the first match in a new or changed sentence."""
    changed = changed_ranges(before, document.body)
    fresh = [m for m in matches if m.field is Field.BODY and any(start < m.end and m.start < end for start, end in changed)]
    return snippet(document, fresh or matches, width)


def changed_ranges(before: str, after: str) -> list[tuple[int, int]]:
    """Return the sentences of `after` that are not in `before`, or not as often, as half-open character ranges of `after`."""
    known = Counter(part[0].strip() for part in _SENTENCE.finditer(before))
    changed = []
    for part in _SENTENCE.finditer(after):
        sentence = part[0].strip()
        if known[sentence] > 0:
            known[sentence] -= 1
        elif sentence:
            changed.append(part.span())
    return changed


def _cut(text: str, start: int, end: int, width: int) -> str:
    """Return `width` characters around the half-open range from `start` to `end`, cut at spaces where these are near enough."""
    room = max(width - (end - start), 0)
    low = max(0, start - room // 2)
    high = min(len(text), low + max(width, end - start))
    low = max(0, min(low, high - width))
    low, high = _after_space(text, low, start), _before_space(text, max(high, end), end)
    shown = _SPACE.sub(" ", text[low:high]).strip()
    return (f"{ELLIPSIS} " if text[:low].strip() else "") + shown + (f" {ELLIPSIS}" if text[high:].strip() else "")


def _after_space(text: str, low: int, start: int) -> int:
    if low == 0 or text[low - 1].isspace():
        return low
    space = _SPACE.search(text, low, start)
    return space.end() if space else low


def _before_space(text: str, high: int, end: int) -> int:
    if high >= len(text) or text[high].isspace():
        return high
    spaces = [space.start() for space in _SPACE.finditer(text, end, high)]
    return spaces[-1] if spaces else high
