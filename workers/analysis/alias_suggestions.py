"""Suggest aliases of an entity from the stored articles: other first names before its surname, misspellings, and initials in parentheses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from monitor.domain.article import Article
from monitor.domain.match import Document
from monitor.domain.watch import EntityType, Term
from workers.matching import normalize
from workers.matching.matcher import Matcher

_WORD: Final = r"[^\W\d_][\w'’.-]*"
_CAPITALIZED: Final = re.compile(
    rf"(?:(?=[^\W\d_])(?![a-zà-ÿ]){_WORD})(?:[ \t](?:(?:al|el|bin|ibn|van|von|de|der|la|of|the)[ -])?(?![a-zà-ÿ]){_WORD}){{0,3}}"
)
_INITIALS: Final = re.compile(r"\s?\(([A-Z][A-Z&.-]{1,8})\)")
_MOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An alias that the entity does not have, why it may be one, in how many articles it stands, and one of them."""

    alias: str
    reason: str
    articles: int
    sample: str


def suggest_aliases(term: Term, articles: Iterable[Article]) -> tuple[Suggestion, ...]:
    """Return the most frequent candidates first. Names that the entity has or already finds are no candidates."""
    plain = Matcher.build([_without_conditions(term)])
    counts: Counter[tuple[str, str]] = Counter()
    samples: dict[tuple[str, str], str] = {}
    for article in articles:
        for found in set(_candidates(term, f"{article.title}\n{article.text}")):
            counts[found] += 1
            samples.setdefault(found, article.title)
    suggested = []
    for found, count in counts.most_common(_MOST * 5):
        if not plain.match(Document(title="", body=f"It was {found[0]} that came.")):
            suggested.append(Suggestion(alias=found[0], reason=found[1], articles=count, sample=samples[found]))
    return tuple(suggested[:_MOST])


def _without_conditions(term: Term) -> Term:
    return Term(name=term.name, kind=term.kind, phrases=term.phrases, type=term.type, where=term.where)


def _candidates(term: Term, text: str) -> Iterator[tuple[str, str]]:
    for phrase in term.phrases:
        for found in re.finditer(re.escape(phrase), text):
            initials = _INITIALS.match(text, found.end())
            if initials is not None:
                yield initials[1], f"stands in parentheses after {phrase}"
    words = normalize.words(term.phrases[0])
    if term.type is EntityType.PERSON and len(words) > 1:
        last = words[-1]
        for found in _CAPITALIZED.finditer(text):
            inside = normalize.words(found[0])
            if len(inside) > 1 and inside[-1] == last and inside != words:
                yield found[0].rstrip(".’'"), "has the same surname"
