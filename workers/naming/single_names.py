"""Say what a name of one word is."""

from __future__ import annotations

import re
from typing import Final

from workers.gazetteer.gazetteer import ANY_PLACE, PERSONAL, NameKind
from workers.naming.name_candidates import GUESS, LIKELY, ORGANISATION, PERSON, PLACE, UNKNOWN, WEAK, NameCandidates
from workers.naming.name_lexicon import (
    FORMS_OF_ADDRESS,
    IN_PLACE,
    NOT_ORGANISATIONS,
    OCCUPATIONS,
    OFFICE_BEGINNINGS,
    ORGANISATION_HEADS,
    PLACE_HEADS,
    SPEAKING,
    STARTERS,
    STRONGLY_IN,
)

_ACRONYM: Final = re.compile(r"[A-Z][A-Z&]{1,5}s?|(?:[A-Z]\.){2,}")
_SHORTEST: Final = 3
_NO_PERSON: Final = frozenset(
    {"the", "a", "an", '"', "“", "'", "‘", "this", "that", "these", "as", "called", "or", "/", "-", "on", "using"}
)
"""Words behind which an unknown name is hardly a person."""


class SingleNames(NameCandidates):
    """Reads names of one word."""

    def read_single(self, at: int) -> None:
        """Read a name of one word."""
        words, word = self.words, self.words[at]
        kind = self.kinds.get(word, 0)
        before = words[at - 1].lower() if at else ""
        following = words[at + 1] if at + 1 < len(words) else ""
        if len(word) == 1 or word in STARTERS or word in NOT_ORGANISATIONS:
            return
        if "-" in word and word[0].isupper() and word.rpartition("-")[2].islower():
            return
        if kind & (NameKind.COUNTRY | NameKind.ORGANISATION | NameKind.DEMONYM | NameKind.PERSON):
            personal = kind & PERSONAL and (before in OCCUPATIONS or following in SPEAKING)
            if not (personal and before not in IN_PLACE):
                self.add_listed(at, at + 1, kind)
                return
        self._add_unlisted(at, kind, before, following)

    def _add_unlisted(self, at: int, kind: int, before: str, following: str) -> None:  # noqa: C901 - a list of signs
        word = self.words[at]
        common = self.is_common(word)
        if common and (word.lower() in self.article.small or self.article.begins_sentence(at)):
            return
        explained = None if common else self.explained(at, at + 1)
        if before in OCCUPATIONS and not common:
            self.add(at, at + 1, PERSON, LIKELY)
        elif explained is not None:
            self.add(at, at + 1, explained, WEAK)
        elif _ACRONYM.fullmatch(word):
            self.add(at, at + 1, ORGANISATION, GUESS)
        elif word in ORGANISATION_HEADS or word in PLACE_HEADS or word in FORMS_OF_ADDRESS or word in OFFICE_BEGINNINGS:
            return
        elif kind & NameKind.LARGE_CITY and (not kind & PERSONAL or before in IN_PLACE):
            self.add(at, at + 1, PLACE, WEAK)
        elif (following in SPEAKING or self.speaks(at, before, following)) and not common:
            self.add(at, at + 1, PERSON, GUESS)
        elif (before in STRONGLY_IN and not common) or (before in IN_PLACE and kind & ANY_PLACE):
            self.add(at, at + 1, PLACE, GUESS)
        elif kind & PERSONAL and not common:
            self.add(at, at + 1, PERSON, GUESS)
        elif kind & ANY_PLACE:
            self.add(at, at + 1, PLACE, GUESS)
        elif not common and len(word) > _SHORTEST and before not in _NO_PERSON and word.isalpha() and word[1:].islower():
            self.add(at, at + 1, PERSON, UNKNOWN)
        else:
            self.add(at, at + 1, None, UNKNOWN)
