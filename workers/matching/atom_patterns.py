"""Search a document for the patterns of one atom, at little cost where it does not occur: for the atoms that are no triggers."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from workers.matching.patterns import propose_patterns
from workers.matching.phrase import Options, parse_phrase


@dataclass(frozen=True, slots=True)
class AtomPatterns:
    """The patterns of an atom, each with the whole word at its beginning (empty where it has none) and whether a hit is certain."""

    words: frozenset[bytes]
    patterns: tuple[tuple[bytes, bytes, bool], ...]

    def hits(self, words: AbstractSet[bytes], normalized_bytes: bytes) -> tuple[list[int], list[int]]:
        """Return where patterns begin in a document that has these words: those to be checked, and those that are certain."""
        found: tuple[list[int], list[int]] = ([], [])
        if self.words and self.words.isdisjoint(words):
            return found
        for first, pattern, certain in self.patterns:
            if not first or first in words:
                found[certain].extend(_places(pattern, normalized_bytes))
        return found


def _places(pattern: bytes, normalized_bytes: bytes) -> Iterator[int]:
    at = normalized_bytes.find(pattern)
    while at >= 0:
        yield at
        at = normalized_bytes.find(pattern, at + 1)


@lru_cache(maxsize=20_000)
def atom_patterns(text: str, options: Options) -> AtomPatterns:
    """Return the patterns of the atom of a text and its options."""
    found = []
    for pattern, certain in propose_patterns(parse_phrase(text, options)):
        first, space, _ = pattern[1:].partition(b" ")
        found.append((first if space and pattern.startswith(b" ") else b"", pattern, certain))
    words = frozenset(first for first, _, _ in found)
    return AtomPatterns(frozenset() if b"" in words else words, tuple(found))
