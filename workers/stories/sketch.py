"""Sketches: a fixed small number of hashes that tell how much of two texts is the same.

A text is cut into overlapping runs of three words (shingles, Broder 1997); its sketch is the 128 smallest hashes of them (bottom-k,
Cohen and Kaplan 2007). Two sketches give an unbiased estimate of the share of common shingles whatever the texts' lengths.
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
"""Words looked at; a longer text is known by its first ones."""

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
    """`size` distinct shingles, of which `hashes` are the smallest (at most 128, ascending, 32 bits each)."""

    size: int
    hashes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What two sketches say: the estimated share of common shingles in the union and in the smaller text, and how many were seen common."""

    resemblance: float
    containment: float
    shared: int


def words_of(text: str) -> list[str]:
    """Folded words; in scripts that write no spaces each character is one."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def shingles_of(words: Sequence[str]) -> list[bytes]:
    """Runs of three words, or of five characters where most words are single characters of a script without spaces."""
    width = SHINGLE_CHARACTERS if _is_written_without_spaces(words) else SHINGLE_WORDS
    encoded = [word.encode("utf-8", "surrogatepass") for word in words[:MAX_WORDS]]
    if len(encoded) <= width:
        return [b" ".join(encoded)] if encoded else []
    return list(map(b" ".join, zip(*(encoded[start:] for start in range(width)), strict=False)))


def hashed(shingles: Sequence[bytes]) -> dict[int, bytes]:
    """Each distinct shingle under its 32-bit hash."""
    return dict(zip(map(zlib.crc32, shingles), shingles, strict=True))


def sketch(shingles: dict[int, bytes]) -> Sketch:
    """The bottom-128 sketch of a text's hashed shingles."""
    return Sketch(size=len(shingles), hashes=tuple(sorted(shingles)[:SKETCH_SIZE]))


def key(space: bytes, value: bytes) -> int:
    """A 63-bit key for the index, the same in every process and on every host. `space` keeps kinds of values apart."""
    return int.from_bytes(hashlib.blake2b(value, digest_size=8, person=space).digest(), "big") >> 1


def overlap(first: Sketch, second: Sketch) -> Overlap:
    """How much of two texts is the same, judged on the hashes below which both sketches are complete."""
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
