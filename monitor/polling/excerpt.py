"""A document as a poll needs it: the entries that are not stored yet, and the imprints of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from monitor.domain.imprint import Imprint, imprint
from monitor.parse.result import ParsedFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What is needed of a document: `imprints` of every entry; of the entries, only those whose mark was not known are in `feed`."""

    feed: ParsedFeed
    imprints: tuple[Imprint, ...]


def excerpt(feed: ParsedFeed, known: Iterable[Imprint] = ()) -> Excerpt:
    """What is needed of `feed` where the entries with these imprints are stored."""
    stored = frozenset(one.mark for one in known)
    pieces = feed.pieces or (b"",) * len(feed.entries)
    entries = tuple(entry for entry in feed.entries if entry.mark not in stored)
    return Excerpt(
        feed=replace(feed, entries=entries, pieces=(), recognised=()),
        imprints=(*feed.recognised, *map(imprint, feed.entries, pieces)),
    )


def joined(first: Excerpt, others: Iterable[Excerpt]) -> Excerpt:
    """Several documents as one, which is called what the first is called."""
    parts = (first, *others)
    return Excerpt(
        feed=replace(first.feed, entries=tuple(entry for part in parts for entry in part.feed.entries)),
        imprints=tuple(one for part in parts for one in part.imprints),
    )
