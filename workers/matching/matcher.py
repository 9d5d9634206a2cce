"""The watch list, ready to be held against articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from monitor.domain.match import Document, Match, Mention, TermMatch
from monitor.domain.watch import EntityType, Term
from workers.matching.compiled_index import Index
from workers.matching.compiler import compile_terms
from workers.matching.evaluator import Evaluation
from workers.matching.explain import explain

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
        """The terms that fire on a document, in the order of the watch list. Occurrences and reasons are worked out when asked for."""
        evaluation, terms, evidence = self._evaluate(document), self._index.terms, _Evidence(self, document)
        return tuple([TermMatch(terms[number], evidence) for number in evaluation.fired()])

    def occurrences(self, document: Document, name: str) -> tuple[Match, ...]:
        """Every occurrence that makes the term of this name fire on a document; none if it does not. KeyError: no such term."""
        evaluation, number = self._evaluate(document), self._index.names[name]
        if not evaluation.fires(number):
            return ()
        return tuple([evaluation.tokens.match(word_range) for word_range in evaluation.evidence(number)])

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
        """An article is matched and then asked for its mentions and reasons: keep the last one worked on."""
        latest = self._latest
        if latest is None or latest[0] is not document:
            latest = self._latest = (document, Evaluation(self._index, document))
        return latest[1]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The article and what it was held against: enough to work out the rest, and not the working itself, which is as large as the article."""

    matcher: Matcher
    document: Document

    def matches(self, term: Term) -> tuple[Match, ...]:
        """Every occurrence."""
        return self.matcher.occurrences(self.document, term.name)

    def why(self, term: Term) -> dict[str, Any]:
        """The explanation."""
        return self.matcher.explain(self.document, term.name)
