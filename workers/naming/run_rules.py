"""Say what a capitalized stretch is, by its words and what is around it: rules in the order in which they are trusted."""

from __future__ import annotations

import re
from typing import Final

from workers.gazetteer.gazetteer import ANY_PLACE, KNOWN_PLACE, PERSONAL, NameKind
from workers.naming.name_candidates import CERTAIN, LIKELY, ORGANISATION, OTHER, PERSON, PLACE, UNKNOWN, WEAK
from workers.naming.name_lexicon import (
    ALWAYS_PLACE,
    FIELDS,
    NAME_PARTICLES,
    OCCUPATIONS,
    OF_PLACE,
    OFFICE_BEGINNINGS,
    OFFICE_ENDS,
    ORGANISATION_HEADS,
    OTHER_HEADS,
    PLACE_BEGINNINGS,
    PLACE_HEADS,
    SPEAKING,
    STARTERS,
)
from workers.naming.single_names import SingleNames

_INITIAL: Final = re.compile(r"[A-Z]\.?")
_JOINING: Final = frozenset({"of", "for", "and", "e", "y"})
_OF: Final = frozenset({"of", "for"})
_SURELY_LISTED: Final = 2
"""Words from which something listed is no coincidence at the start of a sentence."""
_LONGEST_PERSON: Final = 5
_LISTED_ONLY: Final = ~(PERSONAL | NameKind.COMMON_WORD)
_TOWN: Final = NameKind.CITY | NameKind.LARGE_CITY | NameKind.REGION


class RunRules(SingleNames):
    """Reads the stretches of one article into candidates."""

    def read(self, first: int, end: int) -> None:
        """Add the names of a stretch."""
        first = self._after_starters(first, end)
        if first < end:
            self._read(first, end)

    def _after_starters(self, first: int, end: int) -> int:
        """Return where the name begins: behind words that are capitalized only because a sentence begins with them."""
        words, small = self.words, self.article.small
        if not self.article.begins_sentence(first):
            while first < end and words[first] in STARTERS and words[first] in {"The", "A", "An"} and end - first > 1:
                first = self._next_capital(first, end)
            return first
        started = False
        while first < end and words[first] in STARTERS and self.listed_at(first, end)[0] < _SURELY_LISTED:
            first, started = self._next_capital(first, end), True
        if first >= end or started or not self._is_ordinary(first, small) or self._begins_name(first, end):
            return first
        return self._next_capital(first, end)

    def _is_ordinary(self, first: int, small: set[str]) -> bool:
        """Whether a word that begins a sentence is most likely no name."""
        word = self.words[first]
        return (self.is_common(word) or word.lower() in small) and not (word.isupper() and self.kinds.get(word, 0))

    def _begins_name(self, first: int, end: int) -> bool:
        """Whether a common word at the start of a sentence belongs to the name behind it (Bill Clinton, Security Council)."""
        if end - first < 2:
            return False
        if self.listed_at(first, end)[0] >= _SURELY_LISTED:
            return True
        word, following = self.words[first], self.words[first + 1]
        if self.kinds.get(word, 0) & NameKind.FIRST_NAME and not self.is_common(following):
            return True
        if word in OFFICE_ENDS or (word in OFFICE_BEGINNINGS and following in OFFICE_ENDS):
            return True
        last = self.words[end - 1]
        return word.lower() not in self.article.small and (last in ORGANISATION_HEADS or last in PLACE_HEADS)

    def _next_capital(self, first: int, end: int) -> int:
        first += 1
        while first < end and not self.article.capitalized[first]:
            first += 1
        return first

    def _read(self, first: int, end: int) -> None:
        while first < end and self.words[end - 1] in STARTERS:
            end -= 1
        if first >= end:
            return
        if end - first == 1:
            self.read_single(first)
            return
        if (kind := self.kind(first, end) & _LISTED_ONLY) and not (kind & _TOWN == kind and self.is_full_name(first, end)):
            self.add_listed(first, end, kind)
            return
        _ = (
            self._read_title(first, end)
            or self._read_people(first, end)
            or self._read_heads(first, end)
            or self._read_parts(first, end)
            or self._read_context(first, end)
            or self._read_person(first, end)
            or self._read_listed_parts(first, end)
            or self.add(first, end, None, UNKNOWN)
        )

    def _rest(self, first: int, end: int) -> None:
        while first < end and not self.article.capitalized[first]:
            first += 1
        if first < end:
            self._read(first, end)

    def _read_title(self, first: int, end: int) -> bool:  # noqa: PLR0911 - a list of signs
        """Read an office or a form of address and the person behind it."""
        words, at = self.words, first
        while at < end and (words[at] in OFFICE_BEGINNINGS or words[at] in OFFICE_ENDS or self._is_office_part(at, end)):
            if words[at] in FIELDS and not any(one in OFFICE_ENDS for one in words[at:end]):
                break
            at += 1
        titles = words[first:at]
        if not titles or titles[-1] not in OFFICE_ENDS:
            return False
        if at < end and words[at] in {"of", "for"}:
            return self._read_office_of(first, at, end)
        if at == end:
            return True
        if words[end - 1] in ORGANISATION_HEADS and not self.kinds.get(words[at], 0) & PERSONAL:
            return False
        if words[at] == "'s":
            return False
        person_end = next((place for place in range(at, end) if words[place] in {"of", "for", "and", "&"}), end)
        if self.kind(at, person_end) & (NameKind.COUNTRY | NameKind.DEMONYM) and titles[-1] not in {"Mr", "Mr.", "Mrs.", "Ms."}:
            return False
        self.add(at, person_end, PERSON, CERTAIN)
        if person_end < end:
            self._rest(person_end + 1, end)
        return True

    def _is_office_part(self, at: int, end: int) -> bool:
        return self.words[at] in FIELDS and at + 1 < end and self.words[at + 1] in OFFICE_ENDS

    def _read_office_of(self, first: int, at: int, end: int) -> bool:
        """Read `Minister of Health Jane Doe`, `President of France`, `Secretary of State`."""
        words = self.words
        after = at + 1
        while after < end and (words[after] in FIELDS or words[after] in {"and", "the", "of", "for"}):
            after += 1
        if after > at + 1 and any(word in FIELDS for word in words[at + 1 : after]):
            if after < end:
                self.add(after, end, PERSON, CERTAIN)
            return True
        if words[at] == "for":
            return False
        if words[first] in {"King", "Queen", "Prince", "Princess", "Duke", "Duchess", "Earl"} or words[at - 1] in OFFICE_ENDS:
            self._rest(at + 1, end)
            return True
        return False

    def _read_people(self, first: int, end: int) -> bool:
        """Read a stretch that begins with a nationality or a country: `Israeli Foreign Ministry`, `US President Joe Biden`."""
        words, kind = self.words, self.kinds.get(self.words[first], 0)
        if kind & NameKind.DEMONYM:
            if words[end - 1] in ORGANISATION_HEADS or words[first + 1] in ORGANISATION_HEADS or words[end - 1] in PLACE_HEADS:
                return False
            self.add(first, first + 1, OTHER, LIKELY)
            self._rest(first + 1, end)
            return True
        if kind & (NameKind.COUNTRY | NameKind.ORGANISATION) and (
            words[first + 1] in OFFICE_ENDS
            or (words[first + 1] in OFFICE_BEGINNINGS and any(one in OFFICE_ENDS for one in words[first + 1 : end]))
        ):
            if words[end - 1] in ORGANISATION_HEADS:
                return False
            self.add_listed(first, first + 1, kind)
            self._rest(first + 1, end)
            return True
        return False

    def _read_heads(self, first: int, end: int) -> bool:
        """Read what calls itself an organisation or a place: `World Food Programme`, `Rafah Crossing`, `Bank of Japan`."""
        words = self.words
        of = next((at for at in range(first, end) if words[at] in _OF), end)
        head, last = words[of - 1], words[end - 1]
        if of < end and head in OF_PLACE and head != "County":
            return self.add(first, end, PLACE, WEAK)
        if head in ORGANISATION_HEADS or (last in ORGANISATION_HEADS and of == end):
            return self.add(first, end, ORGANISATION, LIKELY)
        if words[first] in ALWAYS_PLACE:
            return self.add(first, end, PLACE, LIKELY)
        if head in PLACE_HEADS and of - first > 1:
            self.add(first, of, PLACE, LIKELY)
            self._rest(of + 1, end)
            return True
        if words[first] in PLACE_BEGINNINGS and (self.kind(first + 1, end) & ANY_PLACE or last in PLACE_HEADS):
            return self.add(first, end, PLACE, LIKELY)
        return False

    def _read_parts(self, first: int, end: int) -> bool:
        """Read what is joined by `of`, `for` or `and` as two names."""
        for at in range(first + 1, end - 1):
            if self.words[at] in _JOINING or (self.words[at] == "&" and self.is_first_name(first) and at - first > 1):
                self._read(first, at)
                self._rest(at + 1, end)
                return True
        return False

    def _read_context(self, first: int, end: int) -> bool:
        """Read a name that the words around it explain: `the village of X`, `X, Lincolnshire`, `X is a town`, `X (born 1950)`."""
        type_ = self.explained(first, end)
        return type_ is not None and self.add(first, end, type_, LIKELY)

    def _read_person(self, first: int, end: int) -> bool:  # noqa: PLR0911 - a list of signs
        """Read what looks like a person, by the words themselves and by those around them."""
        words, kinds, count = self.words, self.kinds, end - first
        if count > _LONGEST_PERSON or any(word in STARTERS for word in words[first:end]):
            return False
        kind, last = kinds.get(words[first], 0), words[end - 1]
        if last in OTHER_HEADS and not kinds.get(last, 0) & PERSONAL:
            return self.add(first, end, OTHER, LIKELY)
        if self.is_full_name(first, end) and not self.is_common(last):
            return self.add(first, end, PERSON, LIKELY)
        begins_as_person = (kind & NameKind.FIRST_NAME or _INITIAL.fullmatch(words[first])) and not kind & NameKind.COUNTRY
        if begins_as_person and (not self.is_common(last) or kinds.get(last, 0) & PERSONAL or not self.is_common(words[first])):
            return self.add(first, end, PERSON, LIKELY)
        before = words[first - 1].lower() if first else ""
        if before in OCCUPATIONS or any(
            word in NAME_PARTICLES and word not in {"la", "le", "el", "al"} for word in words[first + 1 : end - 1]
        ):
            return self.add(first, end, PERSON, LIKELY)
        if any(map(self.is_common, words[first:end])):
            return False
        following = words[end] if end < len(words) else ""
        if kinds.get(last, 0) & NameKind.SURNAME and not self.kind(first, first + 1) & KNOWN_PLACE:
            return self.add(first, end, PERSON, WEAK)
        if following in SPEAKING:
            return self.add(first, end, PERSON, WEAK)
        return False

    def _read_listed_parts(self, first: int, end: int) -> bool:
        """Read a stretch that begins or ends with something listed."""
        count, kind = self.listed_at(first, end)
        if count and not (count == 1 and kind & (NameKind.CITY | NameKind.REGION) == kind):
            self.add_listed(first, first + count, kind)
            self._rest(first + count, end)
            return True
        for at in range(first + 1, end):
            kind = self.kind(at, end) & _LISTED_ONLY
            if kind & (NameKind.COUNTRY | NameKind.ORGANISATION | NameKind.PERSON):
                self.add(first, at, None, UNKNOWN)
                self.add_listed(at, end, kind)
                return True
        return False
