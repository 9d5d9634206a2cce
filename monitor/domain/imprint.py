"""Entries in little space: what is kept of a feed's document to know what is new in the next one."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from typing import NamedTuple

from monitor.domain.article import MARK_SIZE, Entry

MOST = 400
"""Imprints that are kept of a document."""

PIECE_SIZE = 8
_NO_PIECE = bytes(PIECE_SIZE)
_FORM = struct.Struct(f"<{MARK_SIZE}s{PIECE_SIZE}sd")


class Imprint(NamedTuple):
    """What is kept of an entry: its `mark` (`Entry.mark`) and when it was published (Unix seconds, None without a date).

    `piece` is a hash of the bytes that it was read from and of all that decides how they are read; empty where they do not tell.
    """

    mark: bytes
    piece: bytes = b""
    published: float | None = None

    @property
    def key(self) -> bytes:
        """The part of the mark that tells the entry; the rest tells its wording."""
        return self.mark[: MARK_SIZE // 2]


def imprint(entry: Entry, piece: bytes = b"") -> Imprint:
    """The imprint of `entry`."""
    return Imprint(mark=entry.mark, piece=piece, published=None if entry.published_at is None else entry.published_at.timestamp())


def packed(imprints: Iterable[Imprint]) -> bytes:
    """Imprints as bytes, 32 for each, by their marks; of many the smallest, which are a fair sample and the same sample each time."""
    kept = sorted({one.mark: one for one in imprints}.items())[:MOST]
    return b"".join(_FORM.pack(mark, one.piece, math.nan if one.published is None else one.published) for mark, one in kept)


def unpacked(imprints: bytes) -> tuple[Imprint, ...]:
    """The inverse of `packed`."""
    return tuple(
        Imprint(mark, b"" if piece == _NO_PIECE else piece, None if math.isnan(published) else published)
        for mark, piece, published in _FORM.iter_unpack(imprints)
    )
