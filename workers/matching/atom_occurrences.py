"""Find where the atoms of a compiled watch list occur in one document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from workers.matching.atom_patterns import atom_patterns
from workers.matching.automaton import AtomSearch, atom_of, atom_ref, is_certain
from workers.matching.compiled_index import Atom, CompiledIndex
from workers.matching.occurrence import find_occurrence
from workers.matching.phrase import phrase_of
from workers.matching.proximity import WordRange
from workers.matching.tokenized_document import TokenizedDocument


class AtomOccurrences:
    """The occurrences of atoms in one document, each found when it is first asked for."""

    def __init__(self, index: CompiledIndex, tokens: TokenizedDocument, language: str | None) -> None:
        """`language` is an ISO 639-1 code."""
        self._index = index
        self._tokens = tokens
        self._language = language
        self._hits_by_ref: dict[int, list[int]] = {}
        self._occurrences: dict[Atom, list[WordRange]] = {}
        self._search(index.trigger_search)
        self._trigger_refs = list(self._hits_by_ref)

    def trigger_atoms(self) -> list[Atom]:
        """Return the trigger atoms of which a pattern was found; an atom may be listed twice."""
        return list(map(atom_of, self._trigger_refs))

    def certain_trigger_atoms(self) -> list[Atom]:
        """Return the trigger atoms that are known to occur without a check."""
        return [atom_of(ref) for ref in self._trigger_refs if is_certain(ref)]

    def has_hits(self, atom: Atom) -> bool:
        """Whether a pattern of `atom` was found, be it an occurrence or not."""
        return bool(self._hits(atom_ref(atom, certain=False)) or self._hits(atom_ref(atom, certain=True)))

    @cached_property
    def _words(self) -> frozenset[bytes]:
        return frozenset(self._tokens.words)

    def occurs(self, atom: Atom) -> bool:
        """Whether `atom` occurs in the document."""
        return bool(self._hits(atom_ref(atom, certain=True)) or self.of(atom))

    def of(self, atom: Atom) -> list[WordRange]:
        """Return the occurrences of `atom`, in the order of the text."""
        if atom not in self._occurrences:
            self._occurrences[atom] = self._find(atom)
        return self._occurrences[atom]

    def _search(self, search: AtomSearch) -> None:
        found = self._hits_by_ref
        for automaton in search.automata:
            refs = automaton.atom_refs
            for pattern, start, _ in automaton.find(self._tokens.normalized_bytes):
                ref = refs[pattern]
                if ref in found:
                    found[ref].append(start)
                else:
                    found[ref] = [start]

    def _hits(self, ref: int) -> Sequence[int]:
        """Return the bytes at which patterns begin. Atoms that are no triggers are searched for one by one, when they are needed."""
        hits = self._hits_by_ref.get(ref)
        if hits is not None:
            return hits
        atom = atom_of(ref)
        if self._index.terms_by_trigger.get(atom):
            return ()
        patterns = atom_patterns(self._index.texts[atom], self._index.options[atom])
        unchecked, certain = patterns.hits(self._words, self._tokens.normalized_bytes)
        self._hits_by_ref[atom_ref(atom, certain=False)] = unchecked
        self._hits_by_ref[atom_ref(atom, certain=True)] = certain
        return self._hits_by_ref[ref]

    def _find(self, atom: Atom) -> list[WordRange]:
        word_at = self._tokens.word_at
        certain = self._hits(atom_ref(atom, certain=True))
        unchecked = self._hits(atom_ref(atom, certain=False))
        if not unchecked and len(certain) == 1:
            word = word_at(certain[0])
            return [(word, word)]
        word_ranges = {(word := word_at(start), word) for start in certain}
        if unchecked:
            phrase = phrase_of(self._index.texts[atom], self._index.options[atom])
            for first in {word_at(start) for start in unchecked}:
                if (first, first) not in word_ranges:
                    last = find_occurrence(phrase, self._tokens, first, self._language)
                    if last is not None:
                        word_ranges.add((first, last))
        return sorted(word_ranges)
