"""Find queries of which a part can never hold, since what must occur is also left out, or one article cannot be both."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from monitor.domain.watch import Term
from workers.lint.finding import Doubt, LintSubject, query_place
from workers.matching import normalize
from workers.query.format import format_query
from workers.query.syntax import (
    And,
    AtLeast,
    Attribute,
    AttributeName,
    EntityRef,
    InField,
    NamedRef,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Word,
    walk_nodes,
)


def contradictions(subject: LintSubject) -> Iterator[Doubt]:
    """Yield each AND that no article satisfies."""
    for term in subject.terms:
        tree = subject.trees.get(term.name)
        if tree is None:
            continue
        for node in walk_nodes(tree):
            found = _contradiction(node) if isinstance(node, And) else None
            if found is not None:
                part = "the query" if node is tree else f"`{format_query(node)}`"
                yield query_place(term, found[0].span[0]), f"{term.name!r}: {part} can never hold: {found[1]}"
        if (scoped := _outside_scope(term, tree)) is not None:
            yield query_place(term, scoped.span[0]), f"{term.name!r}: never fires: `{format_query(scoped)}` lies outside its `only`"


def _contradiction(node: And) -> tuple[Node, str] | None:
    left_out = [child for child in node.children if isinstance(child, Not)]
    wanted = [child for child in node.children if not isinstance(child, Not)]
    for negated in left_out:
        for positive in wanted:
            if _implies(positive, negated.child):
                same = format_query(negated.child)
                reason = f"`{same}` must occur and is left out"
                if (whole := format_query(positive)) != same:
                    reason = f"`{same}` is left out, and wherever `{whole}` holds, it occurs"
                return negated, reason
    attributes = [child for child in wanted if isinstance(child, Attribute)]
    for one, other in combinations(attributes, 2):
        if one.name is other.name and one.name is not AttributeName.TAG and not _compatible(one, other):
            return other, f"no article has both {format_query(one)} and {format_query(other)}; write OR between them"
    return None


def _compatible(one: Attribute, other: Attribute) -> bool:
    first, second = one.value.casefold(), other.value.casefold()
    if one.name is AttributeName.LANG:
        return first.split("-")[0] == second.split("-")[0]
    return first == second


def _outside_scope(term: Term, tree: Node) -> Attribute | None:
    """Return a required source or language of a query that the term's own scope excludes."""
    required = tree.children if isinstance(tree, And) else (tree,)
    for node in required:
        if not isinstance(node, Attribute):
            continue
        if node.name is AttributeName.SOURCE and term.scope.sources:
            if node.value.casefold() not in {source.casefold() for source in term.scope.sources}:
                return node
        elif node.name is AttributeName.LANG and not term.scope.admits_language(node.value):
            return node
    return None


def _implies(positive: Node, negated: Node) -> bool:  # noqa: C901, PLR0911 - one line for each kind of node
    """Whether `negated` holds wherever `positive` does, as far as the words alone tell."""
    match positive, negated:
        case _, Or(children=nodes):
            return any(_implies(positive, node) for node in nodes) or _each_implies(positive, negated)
        case _, And(children=nodes):
            return all(_implies(positive, node) for node in nodes)
        case Or(), _:
            return _each_implies(positive, negated)
        case And(children=nodes), _:
            return any(_implies(node, negated) for node in nodes if not isinstance(node, Not))
        case InField(name=name, child=child), InField(name=other, child=inner):
            return name is other and _implies(child, inner)
        case InField(child=child), _:
            return _implies(child, negated)
        case Near(operands=operands), _ if not isinstance(negated, Near):
            return any(_implies(operand, negated) for operand in operands)
        case AtLeast(child=child), _ if not isinstance(negated, AtLeast):
            return _implies(child, negated)
        case (Word() | Prefix() | Phrase(), Word() | Prefix() | Phrase()):
            return _words_imply(positive, negated)
        case (EntityRef() | NamedRef() | TermRef() | Attribute() | Near() | AtLeast(), _):
            return positive == negated
    return False


def _each_implies(positive: Node, negated: Node) -> bool:
    return isinstance(positive, Or) and all(_implies(node, negated) for node in positive.children)


def _words_imply(positive: Word | Prefix | Phrase, negated: Word | Prefix | Phrase) -> bool:
    wanted, within = _parts(negated), _parts(positive)
    spans = range(len(within) - len(wanted) + 1)
    return bool(wanted) and any(all(map(_word_implies, within[at:], wanted)) for at in spans)


def _parts(node: Word | Prefix | Phrase) -> list[tuple[str, bool, bool]]:
    """Return the normalized words, each with whether any ending will do and whether its case counts."""
    parts: list[tuple[str, bool, bool]] = []
    for word in node.words if isinstance(node, Phrase) else (node,):
        found = [one.decode() for one in normalize.words(word.text)]
        exact = isinstance(word, Word) and word.exact_case
        parts += [(one, isinstance(word, Prefix) and at == len(found) - 1, exact) for at, one in enumerate(found)]
    return parts


def _word_implies(positive: tuple[str, bool, bool], negated: tuple[str, bool, bool]) -> bool:
    text, open_ended, exact = positive
    wanted, any_ending, case_counts = negated
    if case_counts and not exact:
        return False
    return text.startswith(wanted) if any_ending else text == wanted and not open_ended
