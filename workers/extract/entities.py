"""Names that overlap, and what an article calls a person after giving the full name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.domain.watch import EntityType, TermKind
from workers.extract import homographs
from workers.extract.index import Index
from workers.extract.layout import Layout
from workers.extract.near import Spot
from workers.extract.phrase import Option, Phrase, phrase_of
from workers.extract.scripts import MIN_STEM, has_case
from workers.extract.written import PARTICLES

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


def longest(spots: Sequence[Spot]) -> list[Spot]:
    """Occurrences without those that lie inside a longer one, in the order of the text."""
    if len(spots) < 2:
        return list(spots)
    kept: list[Spot] = []
    for spot in sorted(spots, key=lambda s: (s[0], -s[1])):
        if not kept or spot[1] > kept[-1][1]:
            kept.append(spot)
    return kept


def resolve(index: Index, layout: Layout, found: Mapping[int, Sequence[Spot]]) -> dict[int, list[Spot]]:
    """The occurrences of each entity, by its number: the longest name wins, and a surname follows its full name.

    `found` holds the occurrences of every name of the watch list in the document, by leaf.
    """
    named = {leaf: _without_common_words(index, layout, leaf, spots) for leaf, spots in found.items()}
    winners = set(longest([spot for spots in named.values() for spot in spots]))
    by_entity: dict[int, set[Spot]] = {}
    for leaf, spots in named.items():
        won = winners.intersection(spots)
        for number in index.triggers.of(leaf) if won else ():
            if index.terms[number].kind is TermKind.ENTITY:
                by_entity.setdefault(number, set()).update(won)
    for number, own in by_entity.items():
        if index.terms[number].type is EntityType.PERSON:
            own.update(_surnames(index, number, layout, min(own), winners))
    return {number: longest(sorted(own)) for number, own in by_entity.items()}


def _without_common_words(index: Index, layout: Layout, leaf: int, spots: Sequence[Spot]) -> Sequence[Spot]:
    phrase = phrase_of(index.texts[leaf], index.options[leaf])
    if len(phrase.words) > 1 or phrase.acronym or not has_case(phrase.words[0]):
        return spots
    kept = set(homographs.stands(layout, [first for first, last in spots if first == last]))
    return [spot for spot in spots if spot[0] in kept or spot[0] != spot[1]]


def _surnames(index: Index, number: int, layout: Layout, since: Spot, winners: set[Spot]) -> set[Spot]:
    """Lone surnames after the full name, where no longer name of the list claims the word."""
    spots: set[Spot] = set()
    taken = {word for first, last in winners for word in range(first, last + 1)}
    for text in index.terms[number].phrases:
        phrase = phrase_of(text, Option.ENTITY)
        surname = surname_of(phrase)
        if surname is None:
            continue
        for word in layout.places_of(surname.encode()):
            if word > since[1] and word not in taken and layout.written(word)[0].isupper() == _cased(surname):
                spots.add((word, word))
    return spots


def _cased(word: str) -> bool:
    return word.upper() != word


def surname_of(phrase: Phrase) -> str | None:
    """The folded surname of a full name; None for a single name."""
    words = [word for word in phrase.words if word not in _SUFFIXES]
    if len(words) < 2 or len(words[-1]) < MIN_STEM or words[-1] in PARTICLES:
        return None
    return words[-1]
