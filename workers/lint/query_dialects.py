"""Find in queries the operators of other search tools, which this program would take for words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workers.lint.finding import Doubt, LintSubject, query_place
from workers.query.fields import ATTRIBUTES, FIELDS
from workers.query.syntax import Node, Word, walk_nodes
from workers.query.tokens import CLOSERS, OPENING

_COUNTED: Final = re.compile(
    r"(?:(?P<near>N|NEAR|W|WITHIN|NEXT|ADJ|AROUND|SAME)|(?P<ordered>PRE|P|ONEAR|BEFORE|FOLLOWED))[/:]?(?P<n>\d{1,3})", re.IGNORECASE
)
_NEGATED_NEAR: Final = re.compile(r"NOTNEAR:?(\d{1,3})|NOT/(\d{1,3})", re.IGNORECASE)
_AT_LEAST: Final = re.compile(r"ATLEAST(\d{1,3})", re.IGNORECASE)
_LETTER_AND_NUMBER: Final = re.compile(r"[NWP]\d{1,3}", re.IGNORECASE)
"""`W5` is an operator for some tools, and a name for everybody else: it counts only between two operands."""
_SLASHED: Final = re.compile(r"(?:W|N|PRE)?/(\d{1,3}|s|p|sent|para)", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"<(?P<name>\w+)(?:/(?P<n>\d+))?>")
_CONJUNCTIONS: Final = {
    "and": "AND", "or": "OR", "not": "NOT", "andnot": "AND NOT", "butnot": "AND NOT", "xor": "", "nor": "AND NOT",
}  # fmt: skip
_OTHER_WORDS: Final = {
    "ADJ": "ONEAR/1", "NEXT": "ONEAR/1", "SAME": "NEAR/30", "WITHIN": "NEAR/10", "AROUND": "NEAR/10", "BEFORE": "ONEAR/30", "MINUS": "NOT",
    "EXCEPT": "NOT", "WITHOUT": "NOT", "PLUS": "AND", "UND": "AND", "ET": "AND", "ODER": "OR", "OU": "OR", "NICHT": "NOT", "SAUF": "NOT",
}  # fmt: skip
_REGEX: Final = re.compile(r"\\[bdwsBDWS]|\.[*+?]|\[[^\]\s]+\]|\(\?|\{\d+,?\d*\}|^\^\w|\w\$$")
_ENTITY: Final = re.compile(r"&(?:amp|quot|lt|gt|nbsp|apos|#\d+|#x[0-9a-f]+);?", re.IGNORECASE)
_BOOST: Final = re.compile(r"(?:.*[\w\"])?\^\d+(?:\.\d+)?")
_BARS: Final = re.compile(r"(?<=\w)\|+(?=\w)")
_JOINED: Final = re.compile(r"(?<=[^\W\d])[,;](?=[^\W\d])")
_TRUNCATED: Final = re.compile(r"([a-z]{3,})[!$%]")
_EQUALS: Final = re.compile(r"(title|headline|hd|hl|body|text|source|sn|lang|language|la|tag)=(\S+)", re.IGNORECASE)
_FIELD_NAMES: Final = {
    "hd": "title", "hl": "title", "headline": "title", "text": "body", "sn": "source", "la": "lang", "language": "lang",
}  # fmt: skip
_NEAR_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class _BareWord:
    """A word outside quotes; `between` tells whether there is an operand on both sides of it."""

    text: str
    start: int
    end: int
    between: bool
    follows: str
    """What stands after it in the query."""
    shouted: bool
    """Whether the whole query is in capitals, so that these say nothing."""


def foreign_operators(subject: LintSubject) -> Iterator[Doubt]:
    """Yield what another tool would read as an operator, with the operator of ours."""
    for term in subject.terms:
        tree = subject.trees.get(term.name)
        if tree is None or term.query is None:
            continue
        words = _bare_words(term.query, tree)
        for word in words:
            message = next((found for check in _CHECKS if (found := check(word))), None)
            if message is not None:
                yield query_place(term, word.start), f"{term.name!r}: {message}"


def _bare_words(query: str, tree: Node) -> Sequence[_BareWord]:
    spans = sorted({node.span for node in walk_nodes(tree) if isinstance(node, Word)})
    spans = [span for span in spans if query[span[0]] not in CLOSERS and query[span[0]] != "="]
    return [
        _BareWord(
            text=query[start:end],
            start=start,
            end=end,
            between=bool(query[:start].strip(" (")) and bool(query[end:].strip(" )")),
            follows=query[end:].lstrip(),
            shouted=not any(map(str.islower, query)),
        )
        for start, end in spans
    ]


def _counted(word: _BareWord) -> str | None:
    if (found := _NEGATED_NEAR.fullmatch(word.text)) is not None:
        return _instead(word.text, f"NOTNEAR/{found[1] or found[2]}")
    if (found := _AT_LEAST.fullmatch(word.text)) is not None:
        return _instead(word.text, f"ATLEAST/{found[1]}")
    if _LETTER_AND_NUMBER.fullmatch(word.text) and not word.between:
        return None
    found = _COUNTED.fullmatch(word.text)
    if found is None or not 1 <= int(found["n"]) <= _NEAR_LIMIT:
        return None
    return _instead(word.text, f"{'ONEAR' if found['ordered'] else 'NEAR'}/{int(found['n'])}")


def _slashed(word: _BareWord) -> str | None:
    found = _SLASHED.fullmatch(word.text) or _BRACKETED.fullmatch(word.text)
    if found is None:
        return None
    number = found[1] if found.re is _SLASHED else found["n"]
    return _instead(word.text, f"NEAR/{number}" if number and number.isdigit() else "NEAR/20")


def _conjunction(word: _BareWord) -> str | None:
    ours = _CONJUNCTIONS.get(word.text.casefold())
    if ours is None:
        return None
    if not ours:
        return f"`{word.text}` is no operator here but a word that must occur; write (a NOT b) OR (b NOT a)"
    return (
        f"`{word.text}` is a word here that must occur; the operator is {ours}, in capitals (for the word itself, put it in quotes)"
    )


def _other_word(word: _BareWord) -> str | None:
    ours = _OTHER_WORDS.get(word.text)
    if word.text in {"near", "Near"} and word.between:
        return _instead(word.text, "NEAR/10")
    if ours is None or word.shouted or not word.between:
        return None
    counted = re.match(r"[(（]\s*(\d{1,3})\s*[)）]", word.follows)
    return _instead(
        word.text + (counted[0] if counted else ""), f"{ours.partition('/')[0]}/{counted[1]}" if counted and "/" in ours else ours
    )


def _pattern(word: _BareWord) -> str | None:
    text = word.text
    slashes = text.startswith("/") and len(text) > 1 and (re.search(r"/[imsux]*$", text[1:]) or word.follows[:1] in tuple(OPENING))
    if slashes or _REGEX.search(text):
        return f"`{text}` looks like a regular expression; a query takes words and prefixes such as offens* - a pattern belongs under `regex:`"
    return None


def _mark(word: _BareWord) -> str | None:
    text = word.text
    if (found := _ENTITY.search(text)) is not None:
        return f"`{found[0]}` is HTML; write the character that it stands for"
    if _BOOST.fullmatch(text):
        return f"`{text}`: there is no weight of words here; leave out the ^ and its number"
    if text[0] == "{" and text[-1] == "}":
        return f'`{text}`: a word in exactly this case is written ="{text[1:-1]}"'
    if text[0] in "[{" and word.follows.startswith("TO "):
        return f"`{text}` begins a range of another tool; there are none here"
    return None


def _alternatives(word: _BareWord) -> str | None:
    text = word.text
    if _BARS.search(text):
        return f"`{text}` is one run of words; write {_BARS.sub(' OR ', text)}"
    if (found := _JOINED.search(text)) is not None:
        return f"`{text}` is one phrase; between alternatives write OR, not {found[0]}"
    return None


def _ending(word: _BareWord) -> str | None:
    found = _TRUNCATED.fullmatch(word.text)
    return None if found is None else f"`{word.text}`: any ending is written with an asterisk here: {found[1]}*"


def _field(word: _BareWord) -> str | None:
    found = _EQUALS.fullmatch(word.text)
    name = "" if found is None else _FIELD_NAMES.get(found[1].lower(), found[1].lower())
    if found is None or name not in FIELDS + ATTRIBUTES:
        return None
    return f"`{word.text}`: a field is written with a colon: {name}:{found[2]}"


_CHECKS: Final[Sequence[Callable[[_BareWord], str | None]]] = (
    _counted,
    _slashed,
    _conjunction,
    _other_word,
    _mark,
    _alternatives,
    _ending,
    _field,
    _pattern,
)


def _instead(theirs: str, ours: str) -> str:
    return f"`{theirs}` is a word here that must occur, no operator; write {ours}"
