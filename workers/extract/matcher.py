"""The watch list, ready to be held against articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from monitor.domain.match import Document, Mention, TermMatch
from monitor.domain.watch import EntityType, Term
from workers.extract.compile import compile_terms
from workers.extract.evaluate import Evaluation
from workers.extract.explain import explain, reason
from workers.extract.index import Index

Explanation: TypeAlias = dict[str, Any]


class Matcher:
    """An immutable compiled watch list; safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._latest: tuple[Document, Evaluation] | None = None

    @classmethod
    def build(cls, terms: Sequence[Term], before: Matcher | None = None) -> Matcher:
        """Compile a watch list. Raises ConfigError with a fault for every term that cannot be used.

        `before` is the matcher of an earlier list, which stays as it is: a long list that differs from it in little is ready sooner.
        """
        earlier = before._index if before is not None else None  # noqa: SLF001 - one of our own
        return cls(compile_terms(terms, earlier))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The watch list."""
        return self._index.terms

    def match(self, document: Document) -> tuple[TermMatch, ...]:
        """The terms that fire on a document, in the order of the watch list, with every occurrence that made them fire."""
        evaluation = self._evaluate(document)
        return tuple(self._term_match(evaluation, number) for number in evaluation.called() if evaluation.fires(number))

    def mentions(self, document: Document) -> tuple[Mention, ...]:
        """The watched entities that occur in a document, whatever their scope; the most frequent first."""
        evaluation = self._evaluate(document)
        counts = [(len(evaluation.entity(number)), number) for number in evaluation.entities_called()]
        return tuple(
            Mention(name=self.terms[number].name, type=self.terms[number].type or EntityType.OTHER, count=count)
            for count, number in sorted(counts, key=lambda pair: (-pair[0], pair[1]))
            if count
        )

    def explain(self, document: Document, name: str) -> Explanation:
        """Whether the term of this name fires on a document, and which of its parts hold (see `extract.explain`). KeyError: no such term."""
        return explain(self._evaluate(document), self._index.names[name])

    def _evaluate(self, document: Document) -> Evaluation:
        """An article is matched and then asked for its mentions: keep the last one worked on."""
        latest = self._latest
        if latest is None or latest[0] is not document:
            latest = self._latest = (document, Evaluation(self._index, document))
        return latest[1]

    def _term_match(self, evaluation: Evaluation, number: int) -> TermMatch:
        layout = evaluation.layout
        matches = tuple(layout.match(spot) for spot in evaluation.evidence(number))
        return TermMatch(term=self.terms[number], matches=matches, why=reason(evaluation, number, matches))
