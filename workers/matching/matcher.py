"""Match documents against a compiled watch list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from monitor.domain.match import Document, Match, Mention, TermMatch
from monitor.domain.watch import EntityType, Term
from workers.matching.compiled_index import CompiledIndex
from workers.matching.compiler import compile_terms
from workers.matching.evaluator import Evaluation
from workers.matching.explain import explain

Explanation: TypeAlias = dict[str, Any]


class Matcher:
    """An immutable compiled watch list; safe to share between threads."""

    def __init__(self, index: CompiledIndex) -> None:
        self._index = index
        self._latest: tuple[Document, Evaluation] | None = None

    @classmethod
    def build(cls, terms: Sequence[Term], previous: Matcher | None = None) -> Matcher:
        """Compile a watch list. Raises ConfigError with a fault for every term that cannot be used.

        `previous` is the matcher of an earlier list, which is not changed: a long list that differs little from it is compiled faster.
        """
        earlier = previous._index if previous is not None else None  # noqa: SLF001 - one of our own
        return cls(compile_terms(terms, earlier))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return the watch list."""
        return self._index.terms

    def match(self, document: Document) -> tuple[TermMatch, ...]:
        """Return the terms that fire on a document, in the order of the watch list. Occurrences and reasons are computed on demand."""
        evaluation, terms, evidence = self._evaluate(document), self._index.terms, _Evidence(self, document)
        return tuple([TermMatch(terms[number], evidence) for number in evaluation.firing_terms()])

    def occurrences(self, document: Document, name: str) -> tuple[Match, ...]:
        """Return every occurrence that makes the term `name` fire on a document; none if it does not.

        Raises KeyError for an unknown term.
        """
        evaluation, number = self._evaluate(document), self._index.numbers[name]
        if not evaluation.fires(number):
            return ()
        return tuple([evaluation.match_of(number, word_range) for word_range in evaluation.evidence(number)])

    def mentions(self, document: Document) -> tuple[Mention, ...]:
        """Return the watched entities that occur in a document, whatever their scope, the most frequent first."""
        evaluation = self._evaluate(document)
        found = [(number, evaluation.entity_occurrences(number)) for number in evaluation.candidate_entities()]
        return tuple(
            Mention(
                name=self.terms[number].name,
                type=self.terms[number].type or EntityType.OTHER,
                count=len(occurrences),
                watched=True,
                occurrences=tuple([evaluation.match_of(number, word_range) for word_range in occurrences]),
            )
            for number, occurrences in sorted(found, key=lambda pair: (-len(pair[1]), pair[0]))
            if occurrences
        )

    def explain(self, document: Document, name: str) -> Explanation:
        """Return whether the term `name` fires on a document, and which of its parts hold (see `workers.matching.explain`).

        Raises KeyError for an unknown term.
        """
        return explain(self._evaluate(document), self._index.numbers[name])

    def _evaluate(self, document: Document) -> Evaluation:
        """Return the evaluation of a document. The last one is kept, since mentions and reasons are asked for after matching."""
        latest = self._latest
        if latest is None or latest[0] is not document:
            latest = self._latest = (document, Evaluation(self._index, document))
        return latest[1]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A document and its matcher: enough to compute the evidence, and smaller than an evaluation."""

    matcher: Matcher
    document: Document

    def matches(self, term: Term) -> tuple[Match, ...]:
        """Return every occurrence of a term."""
        return self.matcher.occurrences(self.document, term.name)

    def why(self, term: Term) -> dict[str, Any]:
        """Return the explanation of a term."""
        return self.matcher.explain(self.document, term.name)
