"""Find terms that repeat one another, so that one article raises an alert for each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.domain.match import Document
from monitor.domain.watch import Repeat, Severity, Term, TermKind
from monitor.settings.config_positions import Place
from workers.lint.finding import Doubt, LintSubject, phrase_place
from workers.matching import normalize
from workers.matching.matcher import Matcher
from workers.query.format import format_query
from workers.query.syntax import And, AtLeast, InField, Node, Not, Or, Phrase, Prefix, Word

_FOLDED: Final = str.maketrans({"z": "s", "y": "i"})
_ALIKE: Final = (
    ("our", "or"),
    ("ence", "ense"),
    ("ae", "a"),
    ("oe", "o"),
    ("ue", "u"),
    ("ll", "l"),
    ("gramme", "gram"),
    ("tre", "ter"),
    ("ogue", "og"),
)
_ENDING: Final = re.compile(r"(?<=\w{3})(?:es?|s)$")
_UNION: Final = " | "


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A phrase of a term; `number` is the place of the term on the list."""

    number: int
    phrase: str


def repetitions(subject: LintSubject) -> Iterator[Doubt]:
    """Yield each phrase that an earlier term, or an earlier phrase of its own term, finds as well, and each query that is there twice."""
    terms = subject.terms
    told: set[tuple[int, int]] = set()
    for spellings in _look_alikes(terms):
        yield from _same_phrases(terms, spellings, told)
    yield from _same_names(terms)
    yield from _same_queries(subject)


def _look_alikes(terms: Sequence[Term]) -> Iterator[list[_Spelling]]:
    """Yield the phrases of keywords that may find the same, by a key that is coarser than the matcher's rules."""
    found: defaultdict[str, list[_Spelling]] = defaultdict(list)
    for number, term in enumerate(terms):
        if term.kind is TermKind.KEYWORD:
            for phrase in term.phrases:
                found[_coarse(phrase)].append(_Spelling(number, phrase))
    return (spellings for key, spellings in found.items() if key and len(spellings) > 1)


def _coarse(phrase: str) -> str:
    joined = b"".join(normalize.words(phrase)).decode()
    folded = joined.translate(_FOLDED)
    for theirs, ours in _ALIKE:
        folded = folded.replace(theirs, ours)
    return _ENDING.sub("", folded)[:64]


def _same_phrases(terms: Sequence[Term], spellings: Sequence[_Spelling], told: set[tuple[int, int]]) -> Iterator[Doubt]:
    for at, later in enumerate(spellings):
        for earlier in spellings[:at]:
            if (earlier.number, later.number) in told or not _one_finds_the_other(terms, earlier, later):
                continue
            told.add((earlier.number, later.number))
            one, other = terms[earlier.number], terms[later.number]
            if earlier.number == later.number:
                yield phrase_place(other, later.phrase), f"`{later.phrase}` is there twice: `{earlier.phrase}` finds it already"
            else:
                yield phrase_place(other, later.phrase), _repeated(one, earlier.phrase, later.phrase)


def _repeated(one: Term, earlier: str, later: str) -> str:
    same = f"`{later}` is found by" if earlier == later else f"`{later}` is found as `{earlier}` by"
    whose = f"the term {one.name!r} at {one.where}"
    return f"{same} {whose}: each such article raises an alert for both; keep one, or join them under `any`"


def _one_finds_the_other(terms: Sequence[Term], earlier: _Spelling, later: _Spelling) -> bool:
    """Whether either phrase, as a text, is found by the other under the same conditions."""
    one, other = terms[earlier.number], terms[later.number]
    if one is not other and _conditions(one) != _conditions(other):
        return False
    plain = replace(_conditions(one), context=None)
    pair = (replace(plain, name="0", phrases=(earlier.phrase,)), replace(plain, name="1", phrases=(later.phrase,)))
    matcher = Matcher.build(pair)
    return any(len(matcher.match(Document(title="", body=phrase))) == len(pair) for phrase in (earlier.phrase, later.phrase))


def _conditions(term: Term) -> Term:
    """Return a term without what tells it from another that finds the same: what is left must be equal."""
    return replace(
        term,
        name="",
        phrases=(),
        query=None,
        where="",
        severity=Severity.MEDIUM,
        channels=None,
        cooldown=None,
        repeat=Repeat.STORY,
        tags=(),
    )


def _same_names(terms: Sequence[Term]) -> Iterator[Doubt]:
    """Yield entities whose name is a name of an entity before or after them, in whatever case and with whatever diacritics."""
    names: dict[str, int] = {}
    aliases: dict[str, int] = {}
    entities = [(number, term) for number, term in enumerate(terms) if term.kind is TermKind.ENTITY]
    for number, term in entities:
        key = _folded(term.phrases[0])
        earlier = next((known[key] for known in (names, aliases) if key in known), None)
        if earlier is not None and terms[earlier].type is term.type and _conditions(terms[earlier]) == _conditions(term):
            other = terms[earlier]
            how = "an alias" if key not in names else "the name"
            yield phrase_place(term, term.phrases[0]), _shared(term.phrases[0], how, other)
        names.setdefault(key, number)
        for alias in term.phrases[1:]:
            aliases.setdefault(_folded(alias), number)
    for number, term in entities:
        for alias in term.phrases[1:]:
            later = names.get(_folded(alias))
            if later is not None and later < number and terms[later].type is term.type:
                yield phrase_place(term, alias), _shared(alias, "the name", terms[later])


def _shared(name: str, how: str, other: Term) -> str:
    return f"`{name}` is {how} of {other.name!r} at {other.where}: where it occurs, both fire; keep it in one of them"


def _folded(name: str) -> str:
    return b" ".join(normalize.words(name)).decode()


def _same_queries(subject: LintSubject) -> Iterator[Doubt]:
    seen: dict[tuple[str, Term], Term] = {}
    for term in subject.terms:
        asked = _asked(term, subject)
        if asked is None:
            continue
        first = seen.setdefault((asked, _conditions(replace(term, kind=TermKind.QUERY))), term)
        if first is not term and TermKind.QUERY in {first.kind, term.kind}:
            place = Place(term=term.where)
            yield (
                place,
                f"{term.name!r} asks for the same as {first.name!r} at {first.where}: each such article raises an alert for both; keep one",
            )


def _asked(term: Term, subject: LintSubject) -> str | None:
    tree = subject.trees.get(term.name)
    if tree is not None:
        return _canonical(tree)
    if term.kind is TermKind.KEYWORD:
        return _joined(_UNION, map(_folded, term.phrases))
    return None


def _joined(mark: str, parts: Iterable[str]) -> str:
    found = sorted(set(parts))
    return found[0] if len(found) == 1 else f"({mark.join(found)})"


def _canonical(node: Node) -> str:  # noqa: PLR0911 - one line for each kind of node
    """Return a text that is the same for queries that differ only in order, case, diacritics and parentheses."""
    match node:
        case Word(text=text, exact_case=False):
            return _folded(text)
        case Prefix(text=text):
            return f"{_folded(text)}*"
        case Phrase(words=words) if not any(isinstance(word, Word) and word.exact_case for word in words):
            return " ".join(map(_canonical, words))
        case And(children=nodes):
            return _joined(" & ", map(_canonical, nodes))
        case Or(children=nodes):
            return _joined(_UNION, map(_canonical, nodes))
        case Not(child=child):
            return f"!{_canonical(child)}"
        case InField(name=name, child=child):
            return f"{name}:{_canonical(child)}"
        case AtLeast(count=count, child=child):
            return f"{count}x{_canonical(child)}"
        case _:
            return format_query(node)
