"""One pass over an article finds every pattern of the whole watch list."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick, Implementation


class Automaton:
    """The patterns of numbered leaves. A pattern's owner is its leaf, doubled, plus one if a hit is certain, that is, needs no second look."""

    def __init__(self, patterns: Iterable[tuple[int, bytes]] = ()) -> None:
        """`patterns` are owners and what is looked for in `TokenizedDocument.flat` for them."""
        self.owners = array("I")
        machine = BytesAhoCorasick(self._noting(patterns), implementation=Implementation.ContiguousNFA)
        self._machine = machine if self.owners else None

    def _noting(self, patterns: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        for owner, pattern in patterns:
            self.owners.append(owner)
            yield pattern

    def find(self, flat: bytes) -> list[tuple[int, int, int]]:
        """Every hit: (pattern number, first byte, byte after the last)."""
        return [] if self._machine is None else self._machine.find_matches_as_indexes(flat, overlapping=True)


class Search:
    """The automaton of a watch list, and a small second one for what was added to the list since.

    `held[leaf]` is 1 for the leaves of the first. Both may also hold leaves that are wanted no more.
    """

    def __init__(self, base: Automaton | None = None, held: bytes = b"", later: Automaton | None = None) -> None:
        self.base = base or Automaton()
        self.held = held
        self.automata = tuple(automaton for automaton in (self.base, later) if automaton is not None and automaton.owners)


def atom_ref(atom: int, *, certain: bool) -> int:
    """The owner that stands for the hits of a leaf's patterns, by their certainty."""
    return atom << 1 | certain


def atom_of(owner: int) -> int:
    """The leaf of an owner."""
    return owner >> 1


def is_certain(owner: int) -> bool:
    """Whether a hit of the owner needs no second look."""
    return owner & 1 == 1
