"""Random query trees, as the parser can return them, for property tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from unicodedata import normalize

from hypothesis import strategies as st

from monitor.domain.match import Field
from workers.query.syntax import (
    And,
    AtLeast,
    Attribute,
    AttributeName,
    EntityRef,
    Gap,
    InField,
    NamedRef,
    NameField,
    Near,
    NearOperand,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Wildcard,
    Word,
)

WILDCARDS = (Wildcard(text="organi?ation"), Wildcard(text="inter*al"), Wildcard(text="tru?e*"))
Branch = TypeVar("Branch", And, Or)


def words(texts: st.SearchStrategy[str], *, exact: bool = True) -> st.SearchStrategy[Word]:
    """Words out of `texts`, some of exact case unless `exact` is False."""
    return st.builds(Word, text=texts, exact_case=st.booleans() if exact else st.just(value=False))


def prefixes(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Prefix]:
    """Prefixes out of those of `texts` that are long enough."""
    return st.builds(Prefix, text=texts.filter(lambda text: sum(map(str.isalnum, normalize("NFKD", text))) >= 3))


def phrases(texts: st.SearchStrategy[str], *, exact: bool = True) -> st.SearchStrategy[Phrase]:
    """Phrases of two to four words, any of them a prefix, or all of exact case."""
    several = [st.lists(words(texts, exact=False) | prefixes(texts), min_size=2, max_size=4)]
    if exact:
        several.append(st.lists(st.builds(Word, text=texts, exact_case=st.just(value=True)), min_size=2, max_size=4))
    return st.builds(Phrase, words=st.one_of(several).map(tuple))


def operands(texts: st.SearchStrategy[str], names: Sequence[str] = (), *, exact: bool = True) -> st.SearchStrategy[NearOperand]:
    """Return operands of NEAR and ATLEAST; `names` are entities."""
    atoms: st.SearchStrategy[Word | Prefix | Wildcard | Phrase | EntityRef | NamedRef] = st.one_of(
        words(texts, exact=exact), prefixes(texts), phrases(texts, exact=exact), st.sampled_from(WILDCARDS)
    )
    if names:
        atoms |= st.builds(EntityRef, name=st.sampled_from(names))
        atoms |= st.builds(
            NamedRef, kind=st.sampled_from([NameField.PERSON, NameField.ORG, NameField.PLACE]), name=st.sampled_from(names)
        )
    alternatives = st.lists(atoms, min_size=2, max_size=3).map(lambda nodes: Or(children=tuple(nodes)))
    free = st.builds(NotNear, child=prefixes(texts), excluded=st.sampled_from(WILDCARDS), words=st.integers(1, 12))
    return atoms | alternatives | free


def _nears(parts: st.SearchStrategy[NearOperand]) -> st.SearchStrategy[Near]:
    gaps = st.builds(Gap, words=st.integers(1, 12), ordered=st.booleans())
    sizes = st.integers(2, 4)
    return sizes.flatmap(
        lambda size: st.builds(
            Near,
            operands=st.lists(parts, min_size=size, max_size=size).map(tuple),
            gaps=st.lists(gaps, min_size=size - 1, max_size=size - 1).map(tuple),
        )
    )


def _branch(kind: type[Branch], nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Branch]:
    def flat(several: list[Node]) -> Branch:
        return kind(children=tuple(part for node in several for part in (node.children if isinstance(node, kind) else (node,))))

    return st.lists(nodes, min_size=2, max_size=3).map(flat)


def _trees(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaves,
        lambda nodes: _branch(And, nodes) | _branch(Or, nodes) | st.builds(Not, child=nodes),
        max_leaves=12,
    )


def trees(
    texts: st.SearchStrategy[str],
    *,
    entities: Sequence[str] = (),
    terms: Sequence[str] = (),
    attributes: Sequence[tuple[AttributeName, str]] = (),
    exact: bool = True,
) -> st.SearchStrategy[Node]:
    """Whole trees over words out of `texts`, and over the names and attributes given."""
    parts = operands(texts, entities, exact=exact)
    inner: st.SearchStrategy[Node] = st.one_of(parts, _nears(parts), st.builds(AtLeast, count=st.integers(1, 4), child=parts))
    if attributes:
        inner |= st.sampled_from(attributes).map(lambda pair: Attribute(name=pair[0], value=pair[1]))
    outer = inner | st.builds(InField, name=st.sampled_from(Field), child=_trees(inner))
    if terms:
        outer |= st.builds(TermRef, name=st.sampled_from(terms))
    return _trees(outer)
