"""The few words around a match that tell the reader what the article says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.domain.match import Field, Match
from monitor.domain.text import one_line
from workers.extract.lead import sentences

WIDTH = 240
"""Characters, so that two lines of a chat message hold it."""

_EDGE = re.compile(r"\s")


def snippet(title: str, text: str, matches: Sequence[Match], *, before: str | None = None) -> str:
    """One line of about 240 characters around the first match in the text, else the title or the text's beginning.

    `before` is the text of the previous revision, given when an edit raised the alert: a match in a changed sentence goes first.
    """
    inside = [match for match in matches if match.field is Field.BODY]
    if not inside:
        return one_line(title) if matches else _around(text, 0, 0)
    chosen = inside[0]
    if before is not None:
        changed = _changed(text, before)
        chosen = next((match for match in inside if any(start <= match.start < end for start, end in changed)), chosen)
    return _around(text, chosen.start, chosen.end)


def _changed(text: str, before: str) -> list[tuple[int, int]]:
    """Where the sentences of `text` stand that `before` did not have."""
    known = {one_line(sentence) for sentence in sentences(before)}
    spans: list[tuple[int, int]] = []
    end = 0
    for sentence in sentences(text):
        start = text.index(sentence, end)
        end = start + len(sentence)
        if one_line(sentence) not in known:
            spans.append((start, end))
    return spans


def _around(text: str, start: int, end: int) -> str:
    """`text` from about 240 characters around [start, end), cut between words where there is white space near."""
    room = max(0, WIDTH - (end - start)) // 2
    left = _word_start(text, max(0, start - room), start)
    right = _word_end(text, min(len(text), end + room), end)
    cut = one_line(text[left:right])
    return f"{'… ' if text[:left].strip() else ''}{cut}{' …' if text[right:].strip() else ''}"


def _word_start(text: str, place: int, limit: int) -> int:
    if place == 0:
        return 0
    found = _EDGE.search(text, place - 1, min(place + 30, limit))
    return found.end() if found else place


def _word_end(text: str, place: int, limit: int) -> int:
    if place == len(text):
        return place
    for cut in range(place, max(place - 30, limit), -1):
        if text[cut].isspace():
            return cut
    return place
