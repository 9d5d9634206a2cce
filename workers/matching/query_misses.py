"""Say how near a part of a query came that does not hold."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.match import Field
from workers.matching.compiled_index import atom_key, options_of
from workers.matching.evaluator import Evaluation
from workers.matching.near_misses import gap_between, text_miss
from workers.matching.proximity import WordRange
from workers.query.syntax import AtLeast, Gap, Near, Node, Not, NotNear, Phrase, Word


def query_miss(evaluation: Evaluation, node: Node, number: int, field: Field | None) -> str | None:  # noqa: PLR0911 - one line for each kind of node
    """Return how near a part of a query that does not hold came to holding."""
    match node:
        case Near(operands=operands, gaps=gaps):
            found = [evaluation.operand_occurrences(operand, number, field) for operand in operands]
            return _chain_miss(evaluation, found, gaps) if all(found) else None
        case NotNear(words=words, child=wanted) if evaluation.operand_occurrences(wanted, number, field):
            return f"occurs only within {words} words of the other"
        case AtLeast(count=count, child=child):
            times = len({first for first, _ in evaluation.operand_occurrences(child, number, field)})
            return f"occurs {'once' if times == 1 else f'{times} times'}, not {count} times"
        case Not(child=child):
            first = min(evaluation.node_evidence(child, number, field), default=None)
            match = None if first is None else evaluation.match_of(number, first)
            return None if match is None else f"occurs: {match.text!r} in the {match.field}"
        case Word() | Phrase() if field is not None and evaluation.operand_occurrences(node, number, None):
            return f"occurs, but not in the {field}"
        case Word() | Phrase():
            text, options = atom_key(node, options_of(evaluation.index.terms[number]))
            return text_miss(evaluation, text, options)
        case _:
            return None


def _chain_miss(evaluation: Evaluation, found: Sequence[Sequence[WordRange]], gaps: Sequence[Gap]) -> str:
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
