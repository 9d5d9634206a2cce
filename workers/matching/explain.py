"""Explain why a term fired or did not, as data that can be shown, stored and sent.

An explanation is a dictionary: `term`, `kind`, `fired`, and `because`, the tree of its parts. A part has `part` (its text), `held`,
`matches` (a list of field, start, end, text), and where there are any `parts` (those below it; for a term that is referred to more than
once, only at the first reference) and `note` (why it did not hold, or where its parts are).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

from monitor.domain.match import Field, match_record
from monitor.domain.watch import Term, TermKind
from workers.matching.evaluator import Evaluation
from workers.matching.near_misses import context_miss, phrase_miss
from workers.matching.proximity import WordRange
from workers.matching.query_misses import query_miss
from workers.query.format import format_query
from workers.query.syntax import AtLeast, InField, Node, TermRef, children

Part: TypeAlias = dict[str, Any]
_text = lru_cache(maxsize=5_000)(format_query)
_QUOTED = 160
MAX_SHOWN = 20
"""Occurrences listed for one part, at most."""


def explain(evaluation: Evaluation, number: int) -> dict[str, Any]:
    """Return the explanation of whether a term fired."""
    term = evaluation.index.terms[number]
    fired = evaluation.fires(number)
    because = _because(evaluation, number, set())
    refused = [] if fired else _refused(evaluation, term)
    return {
        "term": term.name,
        "kind": term.kind.value,
        "fired": fired,
        "because": because,
        **({"refused": refused} if refused else {}),
    }


def _refused(evaluation: Evaluation, term: Term) -> list[str]:
    """Return the parts of a term's scope that exclude this article."""
    document, scope = evaluation.document, term.scope
    notes = []
    if scope.sources and document.source not in scope.sources:
        notes.append(f"only sources {', '.join(sorted(scope.sources))}; this is {document.source or 'unknown'}")
    if scope.tags and scope.tags.isdisjoint(document.tags):
        notes.append(f"only tags {', '.join(sorted(scope.tags))}; this has {', '.join(sorted(document.tags)) or 'none'}")
    if not scope.admits_language(document.language):
        notes.append(f"only languages {', '.join(sorted(scope.languages))}; this is {document.language}")
    return notes


def _because(evaluation: Evaluation, number: int, explained: set[int]) -> Part:
    """Return the parts of a term; `explained` are the terms whose parts are in this explanation already."""
    explained.add(number)
    tree = evaluation.index.trees.get(number)
    if tree is not None:
        return _part(evaluation, tree, number, None, explained)
    term = evaluation.index.terms[number]
    word_ranges = evaluation.evidence(number)
    part: Part = {
        "part": term.about or term.regex or " | ".join(term.phrases),
        "held": bool(word_ranges),
        "matches": _matches(evaluation, number, word_ranges),
    }
    if not word_ranges:
        part["note"] = _note(evaluation, number)
    return part


def _note(evaluation: Evaluation, number: int) -> str:  # noqa: PLR0911 - one line for each reason
    """Return the reason why a term without a query does not fire."""
    term = evaluation.index.terms[number]
    if term.kind is TermKind.ABOUT:
        return _topic_note(evaluation, number)
    if term.kind is TermKind.REGEX:
        return "does not match anywhere in title or body"
    found = [word_range for atom in evaluation.index.term_atoms[number] for word_range in evaluation.atoms.of(atom)]
    if found and term.kind is TermKind.ENTITY and not evaluation.entity_occurs(number):
        return "occurs only inside a longer name, or as a word whose capital proves nothing (see docs/matching.md, Entities)"
    if found and not evaluation.without_excluded(number, found):
        return f"occurs only in what `not` leaves out: {', '.join(term.without)}"
    if found and term.context is not None:
        return context_miss(evaluation, term.context, found)
    if (near := phrase_miss(evaluation, term)) is not None:
        return near
    if any(evaluation.atoms.has_hits(atom) for atom in evaluation.index.term_atoms[number]):
        return "its letters occur, but not written as the term asks (capitals, borders, spelling)"
    return "does not occur"


def _topic_note(evaluation: Evaluation, number: int) -> str:
    nearest, term = evaluation.nearest_sentence(number), evaluation.index.terms[number]
    if nearest is None:
        return "the article has no sentence to compare"
    if nearest.nearness >= term.threshold:
        return "a sentence is near enough, but not in its context"
    text = evaluation.tokens.text(nearest.field)[nearest.start : nearest.end][:_QUOTED]
    return f"the nearest sentence is at {nearest.nearness:.2f}, and the threshold is {term.threshold:.2f}: “{text}”"


def _part(evaluation: Evaluation, node: Node, number: int, field: Field | None, explained: set[int]) -> Part:
    held = evaluation.holds(node, number, field)
    child_field = node.name if isinstance(node, InField) else field
    word_ranges = list(evaluation.node_evidence(node, number, field)) if held else []
    part: Part = {"part": _text(node), "held": held, "matches": _matches(evaluation, number, sorted(set(word_ranges)))}
    if children(node) and not isinstance(node, AtLeast):
        part["parts"] = [_part(evaluation, child, number, child_field, explained) for child in children(node)]
    if isinstance(node, TermRef) and (other := evaluation.index.numbers[node.name]) not in explained:
        part["parts"] = [_because(evaluation, other, explained)]
    elif isinstance(node, TermRef):
        part["note"] = "its parts are listed above"
    if not held and "note" not in part and (note := query_miss(evaluation, node, number, field)) is not None:
        part["note"] = note
    return part


def _matches(evaluation: Evaluation, number: int, word_ranges: list[WordRange]) -> list[dict[str, Any]]:
    return [match_record(evaluation.match_of(number, word_range)) for word_range in word_ranges[:MAX_SHOWN]]
