"""Resolve names that overlap, and find the surnames of persons whose full name has been given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.domain.watch import EntityType, TermKind
from workers.matching import ambiguous_names
from workers.matching.affixes import MIN_STEM, has_case
from workers.matching.capitalization import PARTICLES
from workers.matching.compiled_index import CompiledIndex
from workers.matching.longer_names import inside_longer_name
from workers.matching.name_finder import business_near
from workers.matching.name_match import AFTER_TITLE, NameHit
from workers.matching.phrase import Option, WatchedPhrase, phrase_of
from workers.matching.proximity import WordRange
from workers.matching.tokenized_document import TokenizedDocument
from workers.matching.watched_name import press_order

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


def without_nested(word_ranges: Sequence[WordRange]) -> list[WordRange]:
    """Return the occurrences that are not inside a longer one, in the order of the text."""
    if len(word_ranges) < 2:
        return list(word_ranges)
    kept: list[WordRange] = []
    for word_range in sorted(word_ranges, key=lambda s: (s[0], -s[1])):
        if not kept or word_range[1] > kept[-1][1]:
            kept.append(word_range)
    return kept


def entity_occurrences(
    index: CompiledIndex,
    document: TokenizedDocument,
    found: Mapping[int, Sequence[WordRange]],
    varied: Mapping[int, Mapping[WordRange, NameHit]],
) -> dict[int, list[WordRange]]:
    """Return the occurrences of each entity, by the number of its term: the longest name wins, and a surname counts after the full name.

    `found` are the occurrences of all names of the watch list in the document as it gives them, by atom; `varied` those in other
    spellings, by the number of the term.
    """
    candidates = {atom: _without_ordinary_words(index, document, atom, word_ranges) for atom, word_ranges in found.items()}
    ranges = [word_range for word_ranges in (*candidates.values(), *varied.values()) for word_range in word_ranges]
    winners = set(without_nested(ranges))
    by_entity: dict[int, set[WordRange]] = {}
    for atom, word_ranges in candidates.items():
        won = winners.intersection(word_ranges)
        for number in index.terms_by_trigger.get(atom) if won else ():
            if index.terms[number].kind is TermKind.ENTITY:
                by_entity.setdefault(number, set()).update(won)
    for number, hits in varied.items():
        if own := winners.intersection(hits):
            by_entity.setdefault(number, set()).update(own)
    for number, own in by_entity.items():
        in_full = [one for one in own if one not in varied.get(number, ()) or varied[number][one].rule != AFTER_TITLE]
        if in_full and index.terms[number].type is EntityType.PERSON:
            own.update(_surnames(index, number, document, min(in_full), winners))
    return {number: without_nested(sorted(own)) for number, own in by_entity.items()}


def _without_ordinary_words(
    index: CompiledIndex, document: TokenizedDocument, atom: int, word_ranges: Sequence[WordRange]
) -> Sequence[WordRange]:
    phrase = phrase_of(index.texts[atom], index.options[atom])
    kinds = {term.type for number in index.terms_by_trigger.get(atom) if (term := index.terms[number]).kind is TermKind.ENTITY}
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    word_ranges = [one for one in word_ranges if not inside_longer_name(document, *one, kind)]
    if len(phrase.words) > 1 or phrase.acronym or not has_case(phrase.words[0]):
        return word_ranges
    single = [first for first, last in word_ranges if first == last]
    kept = set(ambiguous_names.name_positions(document, single))
    if kind is EntityType.ORGANISATION:
        kept |= {word for word in single if business_near(document, word)}
    return [word_range for word_range in word_ranges if word_range[0] in kept or word_range[0] != word_range[1]]


def _surnames(
    index: CompiledIndex, number: int, document: TokenizedDocument, since: WordRange, winners: set[WordRange]
) -> set[WordRange]:
    """Return lone surnames after `since`, the first full name, that are no part of another name of the list."""
    taken = {word for first, last in winners for word in range(first, last + 1)}
    word_ranges: set[WordRange] = set()
    for text in index.terms[number].phrases:
        phrase = phrase_of(press_order(text), Option.ENTITY)
        end = _surname_end(phrase)
        for last in document.positions_of(phrase.words[end].encode()) if end else ():
            first = _surname_start(phrase, end, document, last)
            if first is None or first <= since[1] or not taken.isdisjoint(range(first, last + 1)):
                continue
            if _may_be_name(document.original(last)) and ambiguous_names.is_lone_surname(document, first):
                word_ranges.add((first, last))
    return word_ranges


def _may_be_name(word: str) -> bool:
    return word[0].isupper() or word.upper() == word.lower()


def _surname_end(phrase: WatchedPhrase) -> int:
    """Return which word of a full name ends the surname (before Jr, III …); 0 for a single name."""
    end = len(phrase.words) - 1
    while end > 0 and phrase.words[end] in _SUFFIXES:
        end -= 1
    return end if len(phrase.words[end]) >= MIN_STEM and phrase.words[end] not in PARTICLES else 0


def _surname_start(phrase: WatchedPhrase, end: int, document: TokenizedDocument, last: int) -> int | None:
    """Return the first word of the surname that ends with the word `last`, or None where half of a double name is missing.

    Particles may be missing.
    """
    first = last
    for i in range(end - 1, 0, -1):
        part, joined = phrase.words[i], not phrase.separators[i].isspace()
        if not joined and part not in PARTICLES:
            break
        if document.in_one_field(first - 1, first) and document.words[first - 1] == part.encode():
            first -= 1
        elif part in PARTICLES:
            break
        else:
            return None
    return first
