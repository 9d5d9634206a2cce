"""Find every pattern of the whole watch list in one pass over an article (Aho-Corasick)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick, Implementation


class Automaton:
    """A search for many patterns at once. Each pattern has an atom reference (see `atom_ref`) in `atom_refs`."""

    def __init__(self, patterns: Iterable[tuple[int, bytes]] = ()) -> None:
        """`patterns` are atom references, each with the bytes to look for in `TokenizedDocument.normalized_bytes`."""
        self.atom_refs = array("I")
        machine = BytesAhoCorasick(self._collect(patterns), implementation=Implementation.ContiguousNFA)
        self._machine = machine if self.atom_refs else None

    def _collect(self, patterns: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        for ref, pattern in patterns:
            self.atom_refs.append(ref)
            yield pattern

    def find(self, normalized_bytes: bytes) -> list[tuple[int, int, int]]:
        """Return every hit, overlapping ones included, as (pattern number, first byte, byte after the last)."""
        return [] if self._machine is None else self._machine.find_matches_as_indexes(normalized_bytes, overlapping=True)


class AtomSearch:
    """The automaton of a watch list, and a small second one for the atoms added to the list since.

    `base_atoms[atom]` is 1 for the atoms in the first. Both may contain atoms that the list no longer needs.
    """

    def __init__(self, base: Automaton | None = None, base_atoms: bytes = b"", added: Automaton | None = None) -> None:
        self.base = base or Automaton()
        self.base_atoms = base_atoms
        self.automata = tuple(automaton for automaton in (self.base, added) if automaton is not None and automaton.atom_refs)


def atom_ref(atom: int, *, certain: bool) -> int:
    """Return the number for patterns of `atom`; `certain` ones are occurrences wherever they are found, others must be checked."""
    return atom << 1 | certain


def atom_of(ref: int) -> int:
    """Return the atom of an atom reference."""
    return ref >> 1


def is_certain(ref: int) -> bool:
    """Whether a hit of this atom reference is an occurrence without a check."""
    return ref & 1 == 1
