"""Find a title for a text that has none: its first sentence."""

from __future__ import annotations

import re

MAX_HEADING = 120
"""Characters that fit on a line of an alert."""

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？؟।]+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Maj|Capt|Sgt|Sen|Rep|Gov|Rev|Hon|St|Jr|Sr|No|vs|etc|approx|[A-Z](?:\.[A-Z])+)\.\Z",
)
_NO_CUT_BEFORE = 60


def first_sentence(text: str, *, limit: int = MAX_HEADING) -> str:
    """Return the first sentence of `text`; a line feed ends it unless the next line begins with a small letter.

    A sentence longer than `limit` is cut after a word and gets `…`.
    """
    line = _first_line(text, limit * 10)
    for end in _END.finditer(line):
        if end.end() > limit:
            break
        if not _ABBREVIATION.search(line[: end.end()]):
            return line[: end.end()]
    return _cut(line, limit)


def _first_line(text: str, limit: int) -> str:
    """Return the first line that is not empty with the lines that continue it, about `limit` characters."""
    lines = iter(text.lstrip()[:limit].split("\n"))
    line = next(lines, "").strip()
    for following in map(str.strip, lines):
        if not following[:1].islower():
            break
        line = f"{line} {following}"
    return line


def _cut(line: str, limit: int) -> str:
    """Return at most `limit` characters of whole words, cut at the end of a clause if that is past the middle."""
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    if not line[limit - 1].isspace():
        head = head.rpartition(" ")[0] or head
    clause = max(head.rfind(mark) for mark in (", ", "; ", ": ", " – ", " — "))
    if clause >= _NO_CUT_BEFORE:
        head = head[:clause]
    return head.rstrip(" ,;:–—-") + "…"
