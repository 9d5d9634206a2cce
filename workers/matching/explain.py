"""Why a term fired or did not, as data that can be shown, stored and sent.

An explanation is a dictionary: `term`, `kind`, `fired`, and `because`, the tree of its parts. A part has `part` (its text), `held`,
`matches` (a list of field, start, end, text), and where there are any `parts` (those below it; those of a term that is referred to more than
once stand at the first reference) and `note` (why it did not hold, or where its parts are).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

from monitor.domain.match import Field, match_record
from monitor.domain.watch import Term, TermKind
from workers.matching.evaluator import Evaluation
from workers.matching.proximity import Spot
from workers.query.format import format_query
from workers.query.syntax import And, InField, Near, Node, Not, Or, TermRef, children

Part: TypeAlias = dict[str, Any]
_text = lru_cache(maxsize=5_000)(format_query)
MAX_SHOWN = 20
"""Occurrences listed for one part."""


def explain(evaluation: Evaluation, number: int) -> dict[str, Any]:
    """Whether a term fired, and why or why not."""
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
    """The parts of a term's scope that keep it from this article."""
    document, scope = evaluation.document, term.scope
    notes = []
    if scope.sources and document.source not in scope.sources:
        notes.append(f"only sources {', '.join(sorted(scope.sources))}; this is {document.source or 'unknown'}")
    if scope.tags and scope.tags.isdisjoint(document.tags):
        notes.append(f"only tags {', '.join(sorted(scope.tags))}; this has {', '.join(sorted(document.tags)) or 'none'}")
    if not scope.admits_language(document.language):
        notes.append(f"only languages {', '.join(sorted(scope.languages))}; this is {document.language}")
    return notes


def _because(evaluation: Evaluation, number: int, told: set[int]) -> Part:
    """The parts of a term. `told` are the terms whose parts stand in this explanation already: none is told twice."""
    told.add(number)
    tree = evaluation.index.trees.get(number)
    if tree is not None:
        return _part(evaluation, tree, number, None, told)
    term = evaluation.index.terms[number]
    word_ranges = evaluation.evidence(number)
    part: Part = {"part": " | ".join(term.phrases), "held": bool(word_ranges), "matches": _matches(evaluation, word_ranges)}
    if not word_ranges:
        part["note"] = _note(evaluation, number)
    return part


def _note(evaluation: Evaluation, number: int) -> str:
    """The step at which a keyword or an entity was lost."""
    term = evaluation.index.terms[number]
    found = [word_range for atom in evaluation.index.own[number] for word_range in evaluation.word_ranges(atom)]
    if found and term.kind is TermKind.ENTITY and not evaluation.named(number):
        return "occurs only inside a longer name, or as a word whose capital proves nothing (see docs/matching.md, Entities)"
    if found:
        return "occurs, but not in the required context"
    if any(evaluation.sighted(atom) for atom in evaluation.index.own[number]):
        return "its letters occur, but not written as the term asks (capitals, borders, spelling)"
    return "does not occur"


def _part(evaluation: Evaluation, node: Node, number: int, field: Field | None, told: set[int]) -> Part:
    held = evaluation.holds(node, number, field)
    below = node.name if isinstance(node, InField) else field
    word_ranges = list(evaluation.part_evidence(node, number, field)) if held else []
    part: Part = {"part": _text(node), "held": held, "matches": _matches(evaluation, sorted(set(word_ranges)))}
    if isinstance(node, And | Or | Not | InField | Near):
        part["parts"] = [_part(evaluation, child, number, below, told) for child in children(node)]
    if isinstance(node, TermRef) and (other := evaluation.index.names[node.name]) not in told:
        part["parts"] = [_because(evaluation, other, told)]
    elif isinstance(node, TermRef):
        part["note"] = "its parts are told above"
    if isinstance(node, Near) and not held and all(inner["held"] for inner in part["parts"]):
        part["note"] = "all occur, but not that near to each other"
    return part


def _matches(evaluation: Evaluation, word_ranges: list[Spot]) -> list[dict[str, Any]]:
    return [match_record(evaluation.tokens.match(word_range)) for word_range in word_ranges[:MAX_SHOWN]]
