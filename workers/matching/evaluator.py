"""Evaluate a compiled watch list on one document."""

from __future__ import annotations

from dataclasses import replace

from monitor.domain.match import Document, Field, Match
from monitor.domain.watch import TermKind
from workers.matching import entities
from workers.matching.compiled_index import CompiledIndex
from workers.matching.homographs import is_agreed, may_be_another
from workers.matching.name_finder import NameFinder, sounding
from workers.matching.name_match import NameHit
from workers.matching.phrase import Option
from workers.matching.proximity import OccurrenceIndex, WordRange, overlapping
from workers.matching.query_evaluator import QueryEvaluator
from workers.matching.regexes import regex_spans


class Evaluation(QueryEvaluator):
    """One watch list evaluated on one document. Everything is computed when it is first asked for, and once."""

    def __init__(self, index: CompiledIndex, document: Document) -> None:
        super().__init__(index, document)
        self._firing: dict[int, bool] = {}
        self._evidence: dict[int, list[WordRange]] = {}
        self._entities: dict[int, list[WordRange]] | None = None
        self._varied: dict[int, dict[WordRange, NameHit]] = {}
        self._regexes: dict[int, dict[WordRange, tuple[Field, int, int]]] = {}
        self._sounds: dict[int, list[int]] | None = None

    def candidates(self) -> list[int]:
        """Return the terms of which a trigger was found in the document, in the order of the watch list."""
        terms_of, referring = self.index.terms_by_trigger.get, self.index.referring_terms
        found = {number for atom in self.atoms.trigger_atoms() for number in terms_of(atom)}
        if self.index.sounds:
            found.update(self._sounding())
        found.update(number for number in self.index.regexes if self._regex_spans(number))
        waiting = list(found) if referring else []
        while waiting:
            further = [number for number in referring.get(waiting.pop(), ()) if number not in found]
            found.update(further)
            waiting += further
        return sorted(found)

    def firing_terms(self) -> list[int]:
        """Return the terms that fire on the document, in the order of the watch list."""
        terms_of, unconditional = self.index.terms_by_trigger.get, self.index.unconditional
        sure = {number for atom in self.atoms.certain_trigger_atoms() for number in terms_of(atom) if unconditional[number]}
        return [number for number in self.candidates() if number in sure or self.fires(number)]

    def candidate_entities(self) -> list[int]:
        """Return the entities that may occur in the document."""
        return [number for number in self.candidates() if self.index.terms[number].kind is TermKind.ENTITY]

    def fires(self, number: int) -> bool:
        """Whether a term fires on the document."""
        known = self._firing.get(number)
        if known is None:
            known = self._firing[number] = (
                any(map(self.atoms.occurs, self.index.term_atoms[number]))
                if self.index.unconditional[number]
                else self._is_in_scope(number) and self._is_satisfied(number)
            )
        return known

    def evidence(self, number: int) -> list[WordRange]:
        """Return the occurrences that make a term fire."""
        known = self._evidence.get(number)
        if known is None:
            known = self._evidence[number] = self._find_evidence(number)
        return known

    def entity_occurrences(self, number: int) -> list[WordRange]:
        """Return the occurrences of an entity in its required context."""
        if self._entities is None:
            index = self.index
            found = {
                atom
                for atom in self.atoms.trigger_atoms()
                if index.options[atom] & Option.ENTITY and index.terms_by_trigger.get(atom)
            }
            self._varied = self._find_varied_names()
            self._entities = entities.entity_occurrences(
                index, self.tokens, {atom: self.atoms.of(atom) for atom in found}, self._varied
            )
        return self._in_context(number, self._agreed(number, self._entities.get(number, [])))

    def _agreed(self, number: int, found: list[WordRange]) -> list[WordRange]:
        """Return the occurrences of an entity; of a strict one, those that are read as what it is."""
        term = self.index.terms[number]
        if not term.strict:
            return found
        return [one for one in found if is_agreed(term, self.document, self.tokens.match_at(one))]

    def _regex_spans(self, number: int) -> dict[WordRange, tuple[Field, int, int]]:
        """Return the characters at which a regular expression matches, by the words that they touch."""
        known = self._regexes.get(number)
        if known is None:
            pattern = self.index.terms[number].regex or ""
            spans = [(self.tokens.words_at(*span), span) for span in regex_spans(pattern, self.document)]
            known = self._regexes[number] = {word_range: span for word_range, span in reversed(spans) if word_range is not None}
        return known

    def _find_varied_names(self) -> dict[int, dict[WordRange, NameHit]]:
        index = self.index
        keys = [atom for atom in dict.fromkeys(self.atoms.trigger_atoms()) if index.options[atom] & Option.NAME_KEY]
        return NameFinder(index, self.tokens).find(keys, self._sounding()) if keys or index.sounds else {}

    def _sounding(self) -> dict[int, list[int]]:
        if self._sounds is None:
            self._sounds = sounding(self.index, self.tokens)
        return self._sounds

    def name_hit(self, number: int, word_range: WordRange) -> NameHit | None:
        """Return by which rule an entity was found at an occurrence; None where it is written as on the list."""
        return self._varied.get(number, {}).get(word_range)

    def match_of(self, number: int, word_range: WordRange) -> Match:
        """Return the match of an occurrence of a term."""
        if (span := self._regexes.get(number, {}).get(word_range)) is not None:
            field, start, end = span
            return Match(field=field, start=start, end=end, text=self.tokens.text(field)[start:end])
        match, hit, term = self.tokens.match_at(word_range), self.name_hit(number, word_range), self.index.terms[number]
        if term.kind is TermKind.ENTITY and may_be_another(term, self.document, match):
            match = replace(match, doubtful=True)
        return match if hit is None else replace(match, rule=hit.rule, confidence=hit.confidence)

    def entity_occurs(self, number: int) -> bool:
        """Whether an entity occurs in the document, in any context."""
        self.entity_occurrences(number)
        return bool(self._entities and self._entities.get(number))

    def _is_in_scope(self, number: int) -> bool:
        document = self.document
        return self.index.terms[number].scope.admits(source=document.source, tags=document.tags, language=self.language)

    def _is_satisfied(self, number: int) -> bool:
        tree = self.index.trees.get(number)
        if tree is not None:
            return self.holds(tree, number, None) and (self.index.terms[number].context is None or bool(self.evidence(number)))
        return bool(self.evidence(number))

    def _find_evidence(self, number: int) -> list[WordRange]:
        if self.index.unconditional[number]:
            return self._phrase_occurrences(number)
        tree = self.index.trees.get(number)
        if tree is not None:
            return self._in_context(number, sorted(set(self.node_evidence(tree, number, None))))
        if self.index.terms[number].kind is TermKind.ENTITY:
            return self.entity_occurrences(number)
        if self.index.terms[number].kind is TermKind.REGEX:
            return self._in_context(number, sorted(self._regex_spans(number)))
        return self._in_context(number, self._phrase_occurrences(number))

    def without_excluded(self, number: int, word_ranges: list[WordRange]) -> list[WordRange]:
        """Return those of some occurrences that are in no phrase that term `number` excludes (`not:`)."""
        phrases = self.index.terms[number].without
        if not phrases or not word_ranges:
            return word_ranges
        excluded = self._context_occurrences(phrases)
        return [word_range for word_range in word_ranges if not overlapping(word_range, excluded)]

    def _phrase_occurrences(self, number: int) -> list[WordRange]:
        atoms = self.index.term_atoms[number]
        if len(atoms) == 1:
            word_ranges = self.atoms.of(atoms[0])
            return word_ranges if len(word_ranges) < 2 else entities.without_nested(word_ranges)
        return entities.without_nested(list({word_range for atom in atoms for word_range in self.atoms.of(atom)}))

    def _in_context(self, number: int, word_ranges: list[WordRange]) -> list[WordRange]:
        if self.index.trees.get(number) is None:
            word_ranges = self.without_excluded(number, word_ranges)
        context = self.index.terms[number].context
        if context is None or not word_ranges:
            return word_ranges
        if context.forbid:
            forbidden = OccurrenceIndex(self._context_occurrences(context.forbid), self.tokens.field_border)
            word_ranges = [word_range for word_range in word_ranges if not forbidden.any_around(word_range, context.within)]
        if context.require:
            required = OccurrenceIndex(self._context_occurrences(context.require), self.tokens.field_border)
            word_ranges = [word_range for word_range in word_ranges if required.any_around(word_range, context.within)]
        return word_ranges

    def _context_occurrences(self, phrases: tuple[str, ...]) -> list[WordRange]:
        return sorted({word_range for phrase in phrases for word_range in self.atoms.of(self.index.atom(phrase, Option.NONE))})
