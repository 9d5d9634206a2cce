"""Explain why a term fired or did not, as data that can be shown, stored and sent.

An explanation is a dictionary: `term`, `kind`, `fired`, and `because`, the tree of its parts. A part has `part` (its text), `held`,
`matches` (a list of field, start, end, text), and where there are any `parts` (those below it; for a term that is referred to more than
once, only at the first reference) and `note` (why it did not hold, or where its parts are).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from monitor.domain.match import Field, match_record
from monitor.domain.watch import Term, TermKind
from workers.matching.compiled_index import atom_key, options_of
from workers.matching.evaluator import Evaluation
from workers.matching.near_misses import context_miss, gap_between, phrase_miss, text_miss
from workers.matching.proximity import WordRange
from workers.query.format import format_query
from workers.query.syntax import AtLeast, Gap, InField, Near, Node, Not, NotNear, Phrase, TermRef, Word, children

Part: TypeAlias = dict[str, Any]
_text = lru_cache(maxsize=5_000)(format_query)
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
    part: Part = {"part": " | ".join(term.phrases), "held": bool(word_ranges), "matches": _matches(evaluation, word_ranges)}
    if not word_ranges:
        part["note"] = _note(evaluation, number)
    return part


def _note(evaluation: Evaluation, number: int) -> str:
    """Return the reason why a keyword or an entity does not count."""
    term = evaluation.index.terms[number]
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


def _part(evaluation: Evaluation, node: Node, number: int, field: Field | None, explained: set[int]) -> Part:
    held = evaluation.holds(node, number, field)
    child_field = node.name if isinstance(node, InField) else field
    word_ranges = list(evaluation.node_evidence(node, number, field)) if held else []
    part: Part = {"part": _text(node), "held": held, "matches": _matches(evaluation, sorted(set(word_ranges)))}
    if children(node) and not isinstance(node, AtLeast):
        part["parts"] = [_part(evaluation, child, number, child_field, explained) for child in children(node)]
    if isinstance(node, TermRef) and (other := evaluation.index.numbers[node.name]) not in explained:
        part["parts"] = [_because(evaluation, other, explained)]
    elif isinstance(node, TermRef):
        part["note"] = "its parts are listed above"
    if not held and "note" not in part and (note := _note_of_node(evaluation, node, number, field)) is not None:
        part["note"] = note
    return part


def _note_of_node(evaluation: Evaluation, node: Node, number: int, field: Field | None) -> str | None:  # noqa: PLR0911 - one line for each kind of node
    """Return how near a part of a query that does not hold came to holding."""
    match node:
        case Near(operands=operands, gaps=gaps):
            found = [evaluation.operand_occurrences(operand, number, field) for operand in operands]
            return _note_of_chain(evaluation, found, gaps) if all(found) else None
        case NotNear(words=words, child=wanted) if evaluation.operand_occurrences(wanted, number, field):
            return f"occurs only within {words} words of the other"
        case AtLeast(count=count, child=child):
            times = len({first for first, _ in evaluation.operand_occurrences(child, number, field)})
            return f"occurs {'once' if times == 1 else f'{times} times'}, not {count} times"
        case Not(child=child):
            evidence = _matches(evaluation, sorted(set(evaluation.node_evidence(child, number, field))))
            return f"occurs: {evidence[0]['text']!r} in the {evidence[0]['field']}" if evidence else None
        case Word() | Phrase() if field is not None and evaluation.operand_occurrences(node, number, None):
            return f"occurs, but not in the {field}"
        case Word() | Phrase():
            text, options = atom_key(node, options_of(evaluation.index.terms[number]))
            return text_miss(evaluation, text, options)
        case _:
            return None


def _note_of_chain(evaluation: Evaluation, found: Sequence[Sequence[WordRange]], gaps: Sequence[Gap]) -> str:
    """Return which two neighbours of a chain stand too far apart, or the wrong way round."""
    for left, right, gap in zip(found, found[1:], gaps, strict=False):
        apart = gap_between(left, right, evaluation.tokens.field_border)
        if apart is None:
            return "all occur, but one in the title and one in the body"
        if apart > gap.words:
            return f"all occur, but at the nearest {apart} words apart, not {gap.words}"
        if gap.ordered and not any(one[1] < other[0] <= one[1] + gap.words for one in left for other in right):
            return "all occur, but not in this order"
    return "all occur, but not that near to each other"


def _matches(evaluation: Evaluation, word_ranges: list[WordRange]) -> list[dict[str, Any]]:
    return [match_record(evaluation.tokens.match_at(word_range)) for word_range in word_ranges[:MAX_SHOWN]]
