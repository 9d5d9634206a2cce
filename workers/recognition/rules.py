"""The recognizer `rules`: persons, organisations, places and other names of an article, by a gazetteer and the habits of newspapers."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitor.domain.match import Document, Field, Match, Mention
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.naming.article_names import ArticleName
from workers.naming.document_names import names_in
from workers.recognition.recognizer import RecognizerKind

_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class _RulesRecognizer:
    matcher: Matcher

    def recognize(self, document: Document) -> tuple[Mention, ...]:
        """Return who and what is named besides the watched entities, the most frequent first."""
        found: dict[str, list[tuple[ArticleName, Match]]] = {}
        taken = _Taken(self.matcher.mentions(document))
        for name, match in names_in(document):
            if len(name.name) <= _LONGEST_NAME and not taken.overlaps(match):
                found.setdefault(name.name, []).append((name, match))
        mentions = [
            Mention(
                name=name,
                type=Counter(one.type for one, _ in places).most_common(1)[0][0],
                count=len(places),
                occurrences=tuple([match for _, match in places]),
            )
            for name, places in found.items()
        ]
        return tuple(sorted(mentions, key=lambda mention: -mention.count))


class _Taken:
    """The ranges of a document in which nothing is recognized: those of watched entities."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        ranges = [(match.field, match.start, match.end) for mention in mentions for match in mention.occurrences]
        self._ranges = (
            {field: sorted((start, end) for one, start, end in ranges if one is field) for field in Field} if ranges else {}
        )

    def overlaps(self, match: Match) -> bool:
        """Whether a match is in one of the ranges, or partly."""
        ranges = self._ranges.get(match.field)
        if not ranges:
            return False
        at = bisect_right(ranges, (match.end - 1, len(match.text) + match.end))
        return any(end > match.start for _, end in ranges[max(0, at - 2) : at])


def _build(_settings: Settings, matcher: Matcher) -> _RulesRecognizer:
    return _RulesRecognizer(matcher)


RULES = RecognizerKind(name="rules", build=_build)
