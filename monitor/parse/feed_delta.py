"""Compare a feed's document with the last one: which entries are not stored yet, and how far both overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat

from monitor.domain.fingerprint import (
    MOST,
    NO_SOURCE_HASH,
    SIZE,
    Fingerprint,
    fingerprint_of,
    pack_fingerprints,
    unpack_fingerprints,
)
from monitor.parse.result import ParsedFeed

_NO_END = b"\xff" * SIZE
"""The last document is known completely; of a long one only a sample, up to its largest identity."""


@dataclass(frozen=True, kw_only=True)
class FeedDelta:
    """What a poll needs of a document of `size` entries. `feed.entries` are those not stored yet, `fingerprints` those of all, packed.

    `fresh` are the dates of the entries that the last document did not have, under whatever identifier (Unix seconds, NaN without a date);
    `overlaps` says whether it had any of these entries. `oldest` and `newest` are the dates of all entries that are not in the future; None if there are none.
    """

    feed: ParsedFeed
    size: int
    fingerprints: bytes
    fresh: tuple[float, ...]
    overlaps: bool
    oldest: float | None
    newest: float | None


def delta_of(feed: ParsedFeed, known: Sequence[Fingerprint], now: datetime) -> FeedDelta:
    """Return what a poll needs of `feed` if the last document had the entries with the `known` fingerprints, which are stored."""
    before = {one.identity: one.content_hash for one in known}
    read = tuple(map(fingerprint_of, feed.entries, feed.source_hashes or repeat(NO_SOURCE_HASH)))
    fingerprints = {one.identity: one for one in (*feed.recognized, *read)}
    unstored = tuple(entry for entry, one in zip(feed.entries, read, strict=True) if before.get(one.identity) != one.content_hash)
    reach = known[-1].identity if len(known) >= MOST else _NO_END
    dates = [one.published for one in fingerprints.values() if one.published <= now.timestamp()]
    fresh = [one for key, one in fingerprints.items() if key not in before and key <= reach]
    rekeyed = _rekeyed(fresh, [one for one in known if one.identity not in fingerprints]) if fresh else frozenset()
    return FeedDelta(
        feed=replace(feed, entries=unstored, source_hashes=(), recognized=()),
        size=len(fingerprints),
        fingerprints=pack_fingerprints(fingerprints.values()),
        fresh=tuple(one.published for one in fresh if one.identity not in rekeyed),
        overlaps=bool(rekeyed) or not before.keys().isdisjoint(fingerprints),
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
    )


def _rekeyed(fresh: Iterable[Fingerprint], gone: Iterable[Fingerprint]) -> frozenset[bytes]:
    """Return the identities of fresh entries that say what one said that is gone, with its date: they have other identifiers now."""
    said = {(one.content_hash, repr(one.published)) for one in gone}
    return frozenset(one.identity for one in fresh if (one.content_hash, repr(one.published)) in said)


def merge_deltas(first: FeedDelta, others: Iterable[FeedDelta]) -> FeedDelta:
    """Return several documents as one, with the title and other properties of the first."""
    parts = (first, *others)
    return FeedDelta(
        feed=replace(first.feed, entries=tuple(entry for part in parts for entry in part.feed.entries)),
        size=sum(part.size for part in parts),
        fingerprints=pack_fingerprints(one for part in parts for one in unpack_fingerprints(part.fingerprints)),
        fresh=tuple(at for part in parts for at in part.fresh),
        overlaps=any(part.overlaps for part in parts),
        oldest=min((part.oldest for part in parts if part.oldest is not None), default=None),
        newest=max((part.newest for part in parts if part.newest is not None), default=None),
    )


def with_older(newest: FeedDelta, older: Iterable[FeedDelta]) -> FeedDelta:
    """Return the newest page of a feed with the entries of older ones; what is kept of the document is that of the newest."""
    pages = tuple(older)
    return replace(
        newest,
        feed=replace(newest.feed, entries=tuple(entry for page in (newest, *pages) for entry in page.feed.entries)),
        fresh=tuple(at for page in (newest, *pages) for at in page.fresh),
        overlaps=any(page.overlaps for page in (newest, *pages)),
    )
