"""Which terms an article's words call for: every term names a few leaves of which one must be there, and sleeps until one is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workers.extract.index import Index, leaf_key, options_of
from workers.extract.phrase import Option, phrase_of
from workers.extract.query.syntax import (
    And,
    AtLeast,
    Attribute,
    EntityRef,
    InField,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Word,
)
from workers.extract.spellings import FUNCTION_WORDS

_FREQUENT: Final = frozenset(
    b"said says new people year years time government country president state states minister world war day week last first two police "
    b"news report officials military attack forces city against million group national international security man men women today united "
    b"since court law party political leader leaders public american military health support killed monday tuesday wednesday thursday "
    b"friday saturday sunday".split()
)
"""Words that stand in a large share of all news articles (besides the function words)."""


def trigger(index: Index, number: int) -> Iterable[int]:
    """Leaves of which at least one occurs in every article on which the term fires."""
    tree = index.trees.get(number)
    if tree is None:
        return dict.fromkeys(index.own[number])
    found = _trigger(index, tree, number)
    assert found is not None, "a query without a trigger is refused before"
    return sorted(found)


def _trigger(index: Index, node: Node, number: int) -> set[int] | None:
    match node:
        case Word() | Prefix() | Phrase():
            return {index.leaf(*leaf_key(node, options_of(index.terms[number])))}
        case EntityRef(name=name) | TermRef(name=name):
            return set(trigger(index, index.names[name]))
        case Not() | Attribute():
            return None
        case AtLeast(child=child) | InField(child=child):
            return _trigger(index, child, number)
        case Or(children=below):
            parts = [_trigger(index, child, number) for child in below]
            return None if None in parts else set().union(*(part for part in parts if part is not None))
        case And(children=below) | Near(operands=below):
            found = [part for child in below if (part := _trigger(index, child, number)) is not None]
            return min(found, key=lambda leaves: sum(_frequency(index, leaf) for leaf in leaves)) if found else None


def _frequency(index: Index, leaf: int) -> float:
    """A guess at the share of articles that hold a leaf: as rare as its rarest word, and rarer with every further one."""
    options = index.options[leaf]
    phrase = phrase_of(index.texts[leaf], options)
    words = [word.encode() for word in phrase.words]
    rarest = min(1.0 if word in FUNCTION_WORDS else 0.3 if word in _FREQUENT else 0.2 / (1 + len(word)) for word in words)
    return rarest / len(words) * (5 if phrase.open or options & Option.STEM else 1)
