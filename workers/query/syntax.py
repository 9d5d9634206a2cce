"""Define the tree of a watch query.

Trees are values: equal when they ask for the same, wherever they were read; nodes may be dictionary keys. `span` is the half-open range
[start, end) of characters of the query from which a node was read, without parentheses, and is left out of comparisons.

The parser guarantees: And and Or have at least two children, none of their own kind; a Phrase has at least two words; a Near has at
least two operands; text is never empty, has a letter or a digit, and is otherwise as the user wrote it (the matcher normalizes it and
finds its spellings). No path from the root is longer than a few hundred nodes, so recursion is safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from monitor.domain.match import Field

Span: TypeAlias = tuple[int, int]


class AttributeName(StrEnum):
    """The properties of an article that a query can test besides its text."""

    SOURCE = "source"
    LANG = "lang"
    TAG = "tag"
    SITE = "site"
    URL = "url"
    AUTHOR = "author"


class NameField(StrEnum):
    """What a query can ask of the names that are recognized in an article."""

    PERSON = "person"
    ORG = "org"
    PLACE = "place"
    IN = "in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word as written: `Rafah`, `cease-fire`, `U.S.`, `#gaza`. `exact_case` (`="NASA"`): case and diacritics count."""

    text: str
    exact_case: bool = False
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Every word that begins with `text` (`offens*`; the asterisk is not part of `text`)."""

    text: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wildcard:
    """Every word of a form: `?` is one letter, `*` any letters (`organi?ation`, `wom*n`); it begins with letters."""

    text: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Two or more words that follow each other; any of them may be a prefix. Its words are all of exact case, or none is."""

    words: tuple[Word | Prefix, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of `children` hold."""

    children: tuple[Node, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """At least one of `children` holds."""

    children: tuple[Node, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """`child` does not hold. Words below it are not reported as matches."""

    child: Node
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One link of a Near: the next operand is at most `words` words away (1: side by side); `ordered`: and comes after."""

    words: int
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A chain of operands, each near the one before it: `gaps[i]` links `operands[i]` and `operands[i + 1]`.

    An operand is a Word, Prefix, Wildcard, Phrase, EntityRef, NamedRef, NotNear, or an Or of these (`NearOperand`). The chain holds where one occurrence of each
    operand can be chosen, all in the same field, so that for every link the two occurrences share no word and the number of words
    from the last of the earlier to the first of the later is at most `words`; only neighbours in the chain are compared.
    """

    operands: tuple[NearOperand, ...]
    gaps: tuple[Gap, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNear:
    """An occurrence of `child` that overlaps no other of `excluded` and has none within `words` words (1: side by side)."""

    child: NearOperand
    excluded: NearOperand
    words: int
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """`child` occurs at `count` or more positions: different words of title and body at which an occurrence begins."""

    count: int
    child: NearOperand
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InField:
    """`child` holds, looking only at the field `name` of the article. There is no InField and no TermRef below it."""

    name: Field
    child: Node
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """The article's source or one of its tags is `value` (whole, in any case), or its language is (`en` admits `en-GB`).

    Its address is on the host `value` or below it, has `value` in it, or one of its authors has the words of `value` in the name.
    """

    name: AttributeName
    value: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRef:
    """The entity of that name on the watch list occurs, under any of its names, by the rules for entities."""

    name: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRef:
    """A person, an organisation or a place of that name is recognized, in any spelling; for `in`, a place that is it or lies in it."""

    kind: NameField
    name: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRef:
    """The watch term of that name fires on the article."""

    name: str
    span: Span = field(default=(0, 0), compare=False)


Node: TypeAlias = (
    Word
    | Prefix
    | Wildcard
    | Phrase
    | And
    | Or
    | Not
    | Near
    | NotNear
    | AtLeast
    | InField
    | Attribute
    | EntityRef
    | NamedRef
    | TermRef
)
NearOperand: TypeAlias = Word | Prefix | Wildcard | Phrase | EntityRef | NamedRef | NotNear | Or


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below `node`, in the order of the query; the words of a phrase are not nodes of their own."""
    match node:
        case And(children=nodes) | Or(children=nodes) | Near(operands=nodes):
            return nodes
        case Not(child=child) | AtLeast(child=child) | InField(child=child):
            return (child,)
        case NotNear(child=child, excluded=excluded):
            return (child, excluded)
        case Word() | Prefix() | Wildcard() | Phrase() | Attribute() | EntityRef() | NamedRef() | TermRef():
            return ()


def required_children(node: Node) -> tuple[Node, ...]:
    """Return the children of which every one must hold for `node` to hold.

    An Or has none; nor has a node without children, be it a word that must occur or a condition that needs no word.
    """
    match node:
        case And() | Near() | AtLeast() | InField():
            return children(node)
        case NotNear(child=child):
            return (child,)
        case Or() | Not() | Word() | Prefix() | Wildcard() | Phrase() | Attribute() | EntityRef() | NamedRef() | TermRef():
            return ()


def walk_nodes(node: Node) -> Iterator[Node]:
    """Yield `node` and all nodes below it, each before its children."""
    waiting: list[Node] = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))
