"""Tell whose words a report has, by a sample of its runs of words that is the same in a cut, re-led or re-titled copy."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

_Key = TypeVar("_Key", bound=str)
READ_CHARACTERS: Final = 2500
ANCHOR_LENGTH: Final = 7
"""A run of three words is in the sample if its first has this many letters or more: about a fifth of them."""
MOST: Final = 160
LEAST_SHARED: Final = 3
SAME_WORDS: Final = 0.5
"""Share of the smaller sample that two reports must have in common to be one in other clothes."""
_CLAUSE: Final = re.compile(r"\w{4,}")
_WITHOUT_SPACES: Final = 20
"""Characters a word, on average, from which a text is taken to be in a script without spaces: its clauses are its runs."""


def sample_of(text: str) -> frozenset[int]:
    """Return the sample of a text: 32-bit hashes of runs of words, at most 160, the same on every machine."""
    beginning = text[:READ_CHARACTERS].lower()
    words = beginning.split()
    if len(beginning) > _WITHOUT_SPACES * len(words):
        runs = _CLAUSE.findall(beginning)
    else:
        runs = [" ".join(words[at : at + 3]) for at, word in enumerate(words[:-2]) if len(word) >= ANCHOR_LENGTH]
    hashes = {zlib.crc32(run.encode("utf-8", "surrogatepass")) for run in runs}
    return frozenset(hashes if len(hashes) <= MOST else sorted(hashes)[:MOST])


def shared_wording(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of the smaller sample that is in the other; 0 where too little is the same to say."""
    shared = len(one & other)
    return shared / min(len(one), len(other)) if shared >= LEAST_SHARED else 0.0


def same_words_among(sample: frozenset[int], others: Mapping[_Key, frozenset[int]]) -> _Key | None:
    """Return the key of the likest of other samples that is mostly in the same words; None if none is."""
    alike = [(shared_wording(sample, other), key) for key, other in others.items()]
    best, key = max(alike, key=lambda one: one[0], default=(0.0, None))
    return key if best >= SAME_WORDS else None


def pack(sample: Iterable[int]) -> bytes:
    """Return a sample in four bytes a hash."""
    values = sorted(sample)
    return struct.pack(f"<{len(values)}I", *values)


def unpack(data: bytes) -> frozenset[int]:
    """Return what `pack` packed."""
    return frozenset(struct.unpack(f"<{len(data) // 4}I", data))
