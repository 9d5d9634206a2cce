"""Fingerprints of entries: what is kept of a feed's document to know what is new in the next one."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from itertools import starmap
from typing import NamedTuple

from monitor.domain.article import Entry

MOST = 400
"""Fingerprints kept of one document at most."""

SIZE = 8
"""Bytes of each hash."""
NO_SOURCE_HASH = bytes(SIZE)
_FORM = struct.Struct(f"<{SIZE}s{SIZE}s{SIZE}sd")


class Fingerprint(NamedTuple):
    """What is kept of an entry: the first bytes of `Entry.identity` and `Entry.content_hash`, and when it was published.

    `source_hash` is a hash of the bytes that it was read from and of all that decides how they are read, else NO_SOURCE_HASH.
    `published` is in Unix seconds, NaN without a date.
    """

    identity: bytes
    content_hash: bytes
    source_hash: bytes = NO_SOURCE_HASH
    published: float = math.nan


def fingerprint_of(entry: Entry, source_hash: bytes = NO_SOURCE_HASH) -> Fingerprint:
    """Return the fingerprint of `entry`."""
    published = math.nan if entry.published_at is None else entry.published_at.timestamp()
    return Fingerprint(entry.identity[:SIZE], entry.content_hash[:SIZE], source_hash, published)


def pack_fingerprints(fingerprints: Iterable[Fingerprint]) -> bytes:
    """Return fingerprints as bytes, 32 for each, sorted by identity; of several with one identity the last.

    Of more than MOST the smallest are kept, which are a fair sample and the same sample each time.
    """
    kept = sorted({one.identity: one for one in fingerprints}.values())[:MOST]
    return b"".join(starmap(_FORM.pack, kept))


def unpack_fingerprints(fingerprints: bytes) -> tuple[Fingerprint, ...]:
    """Return the fingerprints in `fingerprints`; the inverse of `pack_fingerprints`."""
    return tuple(map(Fingerprint._make, _FORM.iter_unpack(fingerprints)))
