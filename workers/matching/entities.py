"""Names that overlap, and what an article calls a person after giving the full name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.domain.watch import EntityType, TermKind
from workers.matching import ambiguous_names
from workers.matching.affixes import MIN_STEM, has_case
from workers.matching.capitalization import PARTICLES
from workers.matching.compiled_index import Index
from workers.matching.phrase import Option, Phrase, phrase_of
from workers.matching.proximity import Spot
from workers.matching.tokenized_document import TokenizedDocument

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


def longest(word_ranges: Sequence[Spot]) -> list[Spot]:
    """Occurrences without those that lie inside a longer one, in the order of the text."""
    if len(word_ranges) < 2:
        return list(word_ranges)
    kept: list[Spot] = []
    for word_range in sorted(word_ranges, key=lambda s: (s[0], -s[1])):
        if not kept or word_range[1] > kept[-1][1]:
            kept.append(word_range)
    return kept


def resolve(index: Index, tokens: TokenizedDocument, found: Mapping[int, Sequence[Spot]]) -> dict[int, list[Spot]]:
    """The occurrences of each entity, by its number: the longest name wins, and a surname follows its full name.

    `found` holds the occurrences of every name of the watch list in the document, by leaf.
    """
    named = {atom: _without_common_words(index, tokens, atom, word_ranges) for atom, word_ranges in found.items()}
    winners = set(longest([word_range for word_ranges in named.values() for word_range in word_ranges]))
    by_entity: dict[int, set[Spot]] = {}
    for atom, word_ranges in named.items():
        won = winners.intersection(word_ranges)
        for number in index.triggers.of(atom) if won else ():
            if index.terms[number].kind is TermKind.ENTITY:
                by_entity.setdefault(number, set()).update(won)
    for number, own in by_entity.items():
        if index.terms[number].type is EntityType.PERSON:
            own.update(_surnames(index, number, tokens, min(own), winners))
    return {number: longest(sorted(own)) for number, own in by_entity.items()}


def _without_common_words(index: Index, tokens: TokenizedDocument, atom: int, word_ranges: Sequence[Spot]) -> Sequence[Spot]:
    phrase = phrase_of(index.texts[atom], index.options[atom])
    if len(phrase.words) > 1 or phrase.acronym or not has_case(phrase.words[0]):
        return word_ranges
    kept = set(ambiguous_names.stands(tokens, [first for first, last in word_ranges if first == last]))
    return [word_range for word_range in word_ranges if word_range[0] in kept or word_range[0] != word_range[1]]


def _surnames(index: Index, number: int, tokens: TokenizedDocument, since: Spot, winners: set[Spot]) -> set[Spot]:
    """Lone surnames after the full name, where no longer name of the list claims the word."""
    taken = {word for first, last in winners for word in range(first, last + 1)}
    word_ranges: set[Spot] = set()
    for text in index.terms[number].phrases:
        phrase = phrase_of(text, Option.ENTITY)
        end = _surname_end(phrase)
        for last in tokens.places_of(phrase.words[end].encode()) if end else ():
            first = _surname_start(phrase, end, tokens, last)
            if first is None or first <= since[1] or not taken.isdisjoint(range(first, last + 1)):
                continue
            if _as_a_name(tokens.written(last)) and ambiguous_names.stands_alone(tokens, first):
                word_ranges.add((first, last))
    return word_ranges


def _as_a_name(word: str) -> bool:
    return word[0].isupper() or word.upper() == word.lower()


def _surname_end(phrase: Phrase) -> int:
    """Which word of a full name ends the surname (a junior or a third is none); 0 for a single name."""
    end = len(phrase.words) - 1
    while end > 0 and phrase.words[end] in _SUFFIXES:
        end -= 1
    return end if len(phrase.words[end]) >= MIN_STEM and phrase.words[end] not in PARTICLES else 0


def _surname_start(phrase: Phrase, end: int, tokens: TokenizedDocument, last: int) -> int | None:
    """Where in the article the surname begins whose last word is `last`: it may lack its particles, but not the half of a double name."""
    first = last
    for i in range(end - 1, 0, -1):
        part, joined = phrase.words[i], not phrase.joints[i].isspace()
        if not joined and part not in PARTICLES:
            break
        if tokens.inside(first - 1, first) and tokens.words[first - 1] == part.encode():
            first -= 1
        elif part in PARTICLES:
            break
        else:
            return None
    return first
