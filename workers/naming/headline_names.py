"""Find names in lines whose capitals say nothing: only what is listed, or known from the rest of the article."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor.domain.watch import EntityType
from workers.gazetteer.gazetteer import PERSONAL, NameKind
from workers.naming.article_words import Line, Writing
from workers.naming.name_candidates import LIKELY, PERSON, NameCandidates

_LONGEST: Final = 5
_TOO_VAGUE: Final = PERSONAL | NameKind.COMMON_WORD | NameKind.CITY | NameKind.REGION


class HeadlineNames(NameCandidates):
    """Reads headlines."""

    def read_headline(self, line: Line, known: Mapping[str, EntityType]) -> None:
        """Add what is listed, or known from the rest of the article, in a line whose capitals say nothing."""
        at, capitals = line.first, line.writing is Writing.CAPITALS
        while at < line.end:
            at += self._headline_name(at, line.end, known, capitals=capitals) or 1

    def _headline_name(self, at: int, end: int, known: Mapping[str, EntityType], *, capitals: bool) -> int:
        """Add the name that begins with a word of a headline; return how many words it has, 0 if none begins there."""
        words = self.words
        if not self.article.capitalized[at]:
            return 0
        if at + 1 < end and " ".join(words[at : at + 2]).lower() not in known and self.is_full_name(at, at + 2):
            self.add(at, at + 2, PERSON, LIKELY)
            return 2
        for last in range(min(end, at + _LONGEST), at, -1):
            text = " ".join(words[at:last])
            type_ = known.get(text.lower())
            if type_ is not None:
                self.add(at, last, type_, LIKELY)
                return last - at
            kind = self.kinds.get(text, 0) or (self.kinds.get(text.title(), 0) & ~NameKind.CITY if capitals else 0)
            if kind & ~_TOO_VAGUE and not (last == at + 1 and self.is_common(text)):
                self.add_listed(at, last, kind)
                return last - at
        return 0
