"""Split a text into the pieces that matched and the pieces between them, for every front end that marks matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from monitor.domain.text import one_line

Span: TypeAlias = tuple[int, int]
"""A half-open range of characters."""
Segment: TypeAlias = tuple[str, bool]
"""A piece of a text, and whether it matched."""

MAX_PHRASES = 200
"""Phrases looked for in one text; the shortest are left out beyond that."""


def split_at(text: str, spans: Iterable[Span]) -> tuple[Segment, ...]:
    """Return the segments of `text`, in order and none empty; True marks what `spans` cover.

    Spans may come in any order, overlap or reach past the text: overlapping ones share their characters out, the earlier first.
    """
    segments: list[Segment] = []
    at = 0
    for start, end in sorted(spans):
        low, high = max(start, at), min(end, len(text))
        if low >= high:
            continue
        segments += [(text[at:low], False), (text[low:high], True)]
        at = high
    segments.append((text[at:], False))
    return tuple(segment for segment in segments if segment[0])


def find_phrases(text: str, phrases: Iterable[str], *, ignore_case: bool = False) -> tuple[Span, ...]:
    """Return where `phrases` occur in `text` as whole words, or, if none of them does anywhere, where they occur inside words.

    The longest phrase wins where several begin at one place. `text` and `phrases` are compared on one line, so pass `one_line(text)`.
    """
    wanted = sorted({one_line(phrase) for phrase in phrases} - {""}, key=len, reverse=True)[:MAX_PHRASES]
    if not wanted:
        return ()
    flags = re.IGNORECASE if ignore_case else 0
    alternatives = "|".join(map(re.escape, wanted))
    # `US` is to be marked in "the US", not in "virus"; scripts without spaces have no whole words, there anything goes.
    whole = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", flags)
    return _spans(whole, text) or _spans(re.compile(alternatives, flags), text)


def highlight(text: str, phrases: Iterable[str], *, ignore_case: bool = False) -> tuple[Segment, ...]:
    """Return the segments of `text`, on one line, with True for the occurrences of `phrases` that `find_phrases` finds."""
    line = one_line(text)
    return split_at(line, find_phrases(line, phrases, ignore_case=ignore_case))


def _spans(pattern: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple(found.span() for found in pattern.finditer(text))
