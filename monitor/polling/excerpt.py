"""A document as a poll needs it: the entries that are not stored yet, and what tells all of them apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from monitor.domain.article import MARK_SIZE
from monitor.parse.result import ParsedFeed

MAX_MARKS = 400
"""Marks that are kept of a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What is needed of a document. `feed.entries` are those that were not known, letter for letter.

    Of every entry, in the document's order: `marks` (`Entry.mark`) and `published` (Unix seconds, None without a date).
    """

    feed: ParsedFeed
    marks: tuple[bytes, ...]
    published: tuple[float | None, ...]


def excerpt(feed: ParsedFeed, known: bytes) -> Excerpt:
    """What is needed of `feed` where the entries with the marks in `known` are stored."""
    marks = tuple(entry.mark for entry in feed.entries)
    stored = frozenset(marks_in(known))
    return Excerpt(
        feed=replace(feed, entries=tuple(entry for entry, mark in zip(feed.entries, marks, strict=True) if mark not in stored)),
        marks=marks,
        published=tuple(None if entry.published_at is None else entry.published_at.timestamp() for entry in feed.entries),
    )


def joined(first: Excerpt, others: Iterable[Excerpt]) -> Excerpt:
    """Several documents as one, which is called what the first is called."""
    parts = (first, *others)
    return Excerpt(
        feed=replace(first.feed, entries=tuple(entry for part in parts for entry in part.feed.entries)),
        marks=tuple(mark for part in parts for mark in part.marks),
        published=tuple(at for part in parts for at in part.published),
    )


def sketch(marks: Iterable[bytes]) -> bytes:
    """All marks of a usual document in one piece; the smallest of a long one, which are a fair sample and the same sample each time."""
    return b"".join(sorted(set(marks))[:MAX_MARKS])


def marks_in(sketched: bytes) -> list[bytes]:
    """The marks in a sketch, ascending."""
    return [sketched[start : start + MARK_SIZE] for start in range(0, len(sketched), MARK_SIZE)]
