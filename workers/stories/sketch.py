"""Estimate how much of two texts is the same from sketches, small sets of hashes.

A text is cut into overlapping runs of three words (shingles, Broder 1997); its sketch is the 128 smallest hashes of them (bottom-k,
Cohen and Kaplan 2007). Two sketches give an unbiased estimate of the share of common shingles, for texts of any length.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

SHINGLE_WORDS = 3
SHINGLE_CHARACTERS = 5
SKETCH_SIZE = 128
MAX_WORDS = 3000
"""Words that are used; the rest of a longer text is ignored."""

_NO_SPACES = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Japanese, Chinese
    "\U00020000-\U0003ffff"
)
_CHARACTER = re.compile(f"[{_NO_SPACES}]")
_WORD = re.compile(f"[{_NO_SPACES}]|[^\\W_{_NO_SPACES}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """The sketch of a text with `size` different shingles: the smallest of their hashes (at most 128, ascending, 32 bits each)."""

    size: int
    hashes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """The estimated share of common shingles in the union of two texts and in the smaller one, and the number of common hashes."""

    resemblance: float
    containment: float
    shared: int


def words_of(text: str) -> list[str]:
    """Return the case-folded words of a text; in scripts without spaces each character is a word."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def shingles_of(words: Sequence[str]) -> list[bytes]:
    """Return the runs of three words, or of five characters if most words are single characters of a script without spaces."""
    width = SHINGLE_CHARACTERS if _is_written_without_spaces(words) else SHINGLE_WORDS
    encoded = [word.encode("utf-8", "surrogatepass") for word in words[:MAX_WORDS]]
    if len(encoded) <= width:
        return [b" ".join(encoded)] if encoded else []
    return list(map(b" ".join, zip(*(encoded[start:] for start in range(width)), strict=False)))


def hash_shingles(shingles: Sequence[bytes]) -> dict[int, bytes]:
    """Return the different shingles by their 32-bit hashes."""
    return dict(zip(map(zlib.crc32, shingles), shingles, strict=True))


def sketch_of(shingles: dict[int, bytes]) -> Sketch:
    """Return the bottom-128 sketch of a text from its hashed shingles."""
    return Sketch(size=len(shingles), hashes=tuple(sorted(shingles)[:SKETCH_SIZE]))


def index_key(space: bytes, value: bytes) -> int:
    """Return a 63-bit key for the index, the same in every process and on every host. `space` separates kinds of values."""
    return int.from_bytes(hashlib.blake2b(value, digest_size=8, person=space).digest(), "big") >> 1


def estimate_overlap(first: Sketch, second: Sketch) -> Overlap:
    """Return the overlap of two texts, estimated on the range of hashes in which both sketches are complete."""
    if not first.hashes or not second.hashes:
        return Overlap(resemblance=0.0, containment=0.0, shared=0)
    limit = min(_complete_up_to(first), _complete_up_to(second))
    left = {value for value in first.hashes if value <= limit}
    right = {value for value in second.hashes if value <= limit}
    shared = len(left & right)
    smaller = min(len(left), len(right))
    return Overlap(
        resemblance=shared / len(left | right) if shared else 0.0, containment=shared / smaller if smaller else 0.0, shared=shared
    )


def _complete_up_to(value: Sketch) -> int:
    return value.hashes[-1] if value.size > len(value.hashes) else 0xFFFFFFFF


def _is_written_without_spaces(words: Sequence[str]) -> bool:
    sample = words[:200]
    return 2 * sum(len(word) == 1 and _CHARACTER.match(word) is not None for word in sample) > len(sample)
