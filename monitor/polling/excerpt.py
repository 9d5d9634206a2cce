"""A document as a poll needs it: the entries that are not stored yet, and how it compares with the last one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.imprint import MOST, Imprint, imprint, packed, unpacked
from monitor.parse.result import ParsedFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What is needed of a document of `size` entries. `feed.entries` are only those whose mark was not known, `imprints` those of all, packed.

    `fresh` are the dates of the entries that the last document did not have; `overlaps` says whether it had any of the others. `oldest`
    and `newest` are the dates of all entries, as far as they are not ahead of time. All dates are Unix seconds, None where there is none.
    """

    feed: ParsedFeed
    size: int
    imprints: bytes
    fresh: tuple[float | None, ...]
    overlaps: bool
    oldest: float | None
    newest: float | None


def excerpt(feed: ParsedFeed, known: Sequence[Imprint], now: datetime) -> Excerpt:
    """What is needed of `feed` where the last document had the entries with these imprints, which are stored."""
    stored = frozenset(one.mark for one in known)
    pieces = feed.pieces or (b"",) * len(feed.entries)
    imprints = (*feed.recognised, *map(imprint, feed.entries, pieces))
    published = {one.key: one.published for one in imprints}
    before = {one.key for one in known}
    dates = [at for at in published.values() if at is not None and at <= now.timestamp()]
    return Excerpt(
        feed=replace(feed, entries=tuple(entry for entry in feed.entries if entry.mark not in stored), pieces=(), recognised=()),
        size=len(published),
        imprints=packed(imprints),
        fresh=tuple(at for key, at in published.items() if key not in before and key <= _reach(known)),
        overlaps=not before.isdisjoint(published),
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
    )


def _reach(known: Sequence[Imprint]) -> bytes:
    """The largest key that is certainly not among `known` if it is missing there: they are a sample of a long document."""
    return known[-1].key if len(known) >= MOST else b"\xff" * 8


def joined(first: Excerpt, others: Iterable[Excerpt]) -> Excerpt:
    """Several documents as one, which is called what the first is called."""
    parts = (first, *others)
    return Excerpt(
        feed=replace(first.feed, entries=tuple(entry for part in parts for entry in part.feed.entries)),
        size=sum(part.size for part in parts),
        imprints=packed(one for part in parts for one in unpacked(part.imprints)),
        fresh=tuple(at for part in parts for at in part.fresh),
        overlaps=any(part.overlaps for part in parts),
        oldest=min((part.oldest for part in parts if part.oldest is not None), default=None),
        newest=max((part.newest for part in parts if part.newest is not None), default=None),
    )
