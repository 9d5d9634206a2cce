"""Find the names of the watch list in a document in the spellings that newspapers use, beside those that the list gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from monitor.domain.watch import EntityType, Spellings
from workers.language.word_frequencies import expected_share, languages_of
from workers.matching.compiled_index import Atom, CompiledIndex
from workers.matching.longer_names import is_name_of_others
from workers.matching.name_match import (
    AFTER_TITLE,
    NameHit,
    match_after_title,
    match_in_list_order,
    match_organisation,
    match_person,
)
from workers.matching.name_runs import RunWord, names_of, organisation_words, run_around
from workers.matching.name_sound import skeleton
from workers.matching.name_words import BUSINESS, FAMILY_FIRST, JOINING, LEGAL_FORMS, NICKNAMES, NO_NAME, TITLES
from workers.matching.tokenized_document import TokenizedDocument
from workers.matching.watched_name import WatchedName, watched_name, without_legal_form

_SEVERAL_WORDS = re.compile(r"[\s,&-]")
_ARTICLE = re.compile(r"\b(?:al|el)[ -]\w", re.IGNORECASE)
"""The Arabic article: of the names of places only those with one vary."""
_BUSINESS_REACH = 12
_SOUND_REACH = 6
_RARE = 5e-4
"""Share of reports from which a word is a usual one."""
_MIN_SINGLE = 5
"""Letters that a company's name of one word must have to be found without its legal form."""


def varied_names(phrases: Iterable[str], kind: EntityType | None, spellings: Spellings) -> Iterator[WatchedName]:
    """Yield those of an entity's names that may be found in other spellings."""
    if spellings is Spellings.STRICT or kind is EntityType.OTHER or kind is None:
        return
    for text in phrases:
        if _ARTICLE.search(text) if kind is EntityType.PLACE else _SEVERAL_WORDS.search(text):
            yield watched_name(text, kind)


def name_keys(phrases: Iterable[str], kind: EntityType | None, spellings: Spellings) -> tuple[str, ...]:
    """Return the normalized words of which one occurs wherever a name of an entity does in another spelling."""
    return tuple(dict.fromkeys(key for name in varied_names(phrases, kind, spellings) for key in name.keys))


def sound_keys(phrases: Iterable[str], kind: EntityType | None) -> tuple[tuple[str, str], ...]:
    """Return pairs of skeletons of which one occurs, the second near behind the first, wherever a transliteration of an entity's name does."""
    cores = [name.core for name in varied_names(phrases, kind, Spellings.FUZZY) if len(name.core) > 1]
    pairs = [(skeleton(core[0]), skeleton(core[-1])) for core in cores]
    return tuple(dict.fromkeys(pair for pair in pairs if all(pair)))


def sounding(index: CompiledIndex, document: TokenizedDocument) -> dict[int, list[int]]:
    """Return the words of a document that sound like the last of a transliterable name after its first, by the number of the term."""
    found: dict[int, list[int]] = {}
    heard = [skeleton(word.decode("utf-8", "replace")) for word in document.words] if index.sounds else []
    for at, last in enumerate(heard):
        if firsts := index.sounds.get(last):
            before = {number for first in heard[max(0, at - _SOUND_REACH) : at] for number in firsts.get(first, ())}
            for number in before if before and not document.original(at)[:1].islower() else ():
                found.setdefault(number, []).append(at)
    return found


class NameFinder:
    """The names found in one document in other spellings, by the number of their term."""

    def __init__(self, index: CompiledIndex, document: TokenizedDocument) -> None:
        self._index = index
        self._document = document
        self._runs: dict[int, tuple[RunWord, ...]] = {}
        self._titled: dict[tuple[int, int], set[int]] = {}
        self._hits: dict[int, dict[tuple[int, int], NameHit]] = {}

    def find(self, key_atoms: Iterable[Atom], fuzzy: Mapping[int, Iterable[int]]) -> dict[int, dict[tuple[int, int], NameHit]]:
        """Return the hits by number of the term and range of words. `fuzzy` are the words at which transliterations may end, by term."""
        index = self._index
        for atom in key_atoms:
            numbers = index.terms_by_trigger.get(atom)
            for at in self._document.positions_of(index.texts[atom].encode()):
                if self._document.original(at)[:1].islower():
                    continue
                for number in numbers:
                    self._look(number, at, fuzzy=index.terms[number].spellings is Spellings.FUZZY)
        for number, places in fuzzy.items():
            for at in places:
                self._look(number, at, fuzzy=True)
        for (first, last), bearers in self._titled.items():
            if len(bearers) > 1:
                for number in bearers:
                    del self._hits[number][first, last]
        return {number: hits for number, hits in self._hits.items() if hits}

    def _look(self, number: int, at: int, *, fuzzy: bool) -> None:
        term = self._index.terms[number]
        names = self._index.names.get(number)
        if names is None:
            names = self._index.names[number] = tuple(varied_names(term.phrases, term.type, term.spellings))
        run = self._runs.get(at)
        if run is None:
            run = self._runs[at] = run_around(self._document, at)
        for name in names:
            for hit in self._person(name, run, at, fuzzy=fuzzy) if name.person else self._organisation(name, run, fuzzy=fuzzy):
                self._hits.setdefault(number, {}).setdefault((hit.first, hit.last), hit)
                if hit.rule == AFTER_TITLE:
                    self._titled.setdefault((hit.first, hit.last), set()).add(number)

    def _person(self, name: WatchedName, run: tuple[RunWord, ...], at: int, *, fuzzy: bool) -> Iterator[NameHit]:
        if len(name.core) < 2 or all(word in NO_NAME or word in TITLES for word in name.core):
            return
        titles, words = names_of(run, at)
        hit = match_person(name, words, fuzzy=fuzzy) or match_after_title(name, titles, words)
        if hit is None and self._comma_follows(words[-1].number):
            hit = match_in_list_order(name, words, run_around(self._document, words[-1].number + 1))
        if hit is not None and not (hit.rule == AFTER_TITLE and self._claimed(name, hit.last)):
            yield hit

    def _comma_follows(self, at: int) -> bool:
        document = self._document
        return document.separator_after(at) == ", " and document.original(at + 1)[:1].isupper()

    def _claimed(self, name: WatchedName, at: int) -> bool:
        """Whether the article gives the surname to somebody with another first name."""
        own = {*name.words, *name.full, *(word[0] for word in name.full), *NICKNAMES.get(name.core[0], ())}
        for other in self._document.positions_of(name.surname.encode()):
            if other == at:
                continue
            _, words = names_of(run_around(self._document, other), other)
            named = [word for word in words if not word.small]
            place = next(i for i, word in enumerate(named) if word.number == other) if any(w.number == other for w in named) else 0
            beside = named[place - 1 : place] + (named[place + 1 : place + 2] if name.surname in FAMILY_FIRST else [])
            if any(word.word not in own and word.word not in TITLES for word in beside):
                return True
        return False

    def _organisation(self, name: WatchedName, run: tuple[RunWord, ...], *, fuzzy: bool) -> Iterator[NameHit]:
        words = organisation_words(run, self._document)
        for start, end, confidence in match_organisation(name, words, fuzzy=fuzzy):
            rest, theirs = without_legal_form(("", *(word for _, word in words[end:])))
            longer = any(word not in JOINING for word in rest[1:])
            if (name.legal and theirs and name.legal.isdisjoint(theirs)) or (longer and (name.legal or confidence is not None)):
                continue
            if name.legal and any(not _may_precede(word) for _, word in words[:start]):
                continue
            first, last = words[start][0], words[end - 1][0]
            if len(name.core) == 1 and not (name.legal and self._is_company(name.core[0], last, theirs)):
                continue
            yield NameHit(first, last, _organisation_rule(name, theirs, confidence), confidence)

    def _is_company(self, word: str, at: int, theirs: frozenset[str]) -> bool:
        """Whether a word of which only the legal form makes a company's name is one here."""
        if theirs or _is_invented(word):
            return True
        return len(word) >= _MIN_SINGLE and business_near(self._document, at)


@lru_cache(maxsize=20_000)
def _is_invented(word: str) -> bool:
    """Whether a word is hardly anything but a company's name: in no language of the table a usual word, no place and no first name."""
    shares = (expected_share(word, language) for language in languages_of(word))
    return len(word) > _MIN_SINGLE and max(shares, default=0.0) < _RARE and not is_name_of_others(word)


def business_near(document: TokenizedDocument, at: int) -> bool:
    """Whether a word of business stands near a word, in the same field."""
    near = range(max(0, at - _BUSINESS_REACH), min(len(document.words), at + _BUSINESS_REACH + 1))
    return any(
        document.words[number].decode("utf-8", "replace") in BUSINESS
        for number in near
        if document.in_one_field(min(number, at), max(number, at))
    )


def _may_precede(word: str) -> bool:
    return word in NO_NAME or word in JOINING or word in LEGAL_FORMS or word in TITLES


def _organisation_rule(name: WatchedName, theirs: frozenset[str], confidence: float | None) -> str:
    if confidence is not None:
        return "transliteration"
    if name.legal:
        return "other legal form" if theirs else "legal form left out"
    return "and for &" if "and" in name.core else "other spelling"
