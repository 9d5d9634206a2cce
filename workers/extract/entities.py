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
    taken = {word for first, last in winners for word in range(first, last + 1)}
    spots: set[Spot] = set()
    for text in index.terms[number].phrases:
        phrase = phrase_of(text, Option.ENTITY)
        end = _surname_end(phrase)
        for last in layout.places_of(phrase.words[end].encode()) if end else ():
            first = _surname_start(phrase, end, layout, last)
            if first is None or first <= since[1] or not taken.isdisjoint(range(first, last + 1)):
                continue
            if _as_a_name(layout.written(last)) and homographs.stands_alone(layout, first):
                spots.add((first, last))
    return spots


def _as_a_name(word: str) -> bool:
    return word[0].isupper() or word.upper() == word.lower()


def _surname_end(phrase: Phrase) -> int:
    """Which word of a full name ends the surname (a junior or a third is none); 0 for a single name."""
    end = len(phrase.words) - 1
    while end > 0 and phrase.words[end] in _SUFFIXES:
        end -= 1
    return end if len(phrase.words[end]) >= MIN_STEM and phrase.words[end] not in PARTICLES else 0


def _surname_start(phrase: Phrase, end: int, layout: Layout, last: int) -> int | None:
    """Where in the article the surname begins whose last word is `last`: it may lack its particles, but not the half of a double name."""
    first = last
    for i in range(end - 1, 0, -1):
        part, joined = phrase.words[i], not phrase.joints[i].isspace()
        if not joined and part not in PARTICLES:
            break
        if layout.inside(first - 1, first) and layout.words[first - 1] == part.encode():
            first -= 1
        elif part in PARTICLES:
            break
        else:
            return None
    return first
