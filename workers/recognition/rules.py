"""The recognizer `rules`: persons, organisations, places and other names of an article, by a gazetteer and the habits of newspapers."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitor.domain.match import Document, Field, Match, Mention
from monitor.domain.watch import EntityType
from monitor.settings.model import Settings
from workers.gazetteer.gazetteer import NameKind, gazetteer
from workers.matching.matcher import Matcher
from workers.recognition.article_names import ArticleName, names_of
from workers.recognition.article_words import ArticleWords
from workers.recognition.recognizer import RecognizerKind

_READ: Final = 200_000
"""Characters of an article that are read, at most."""
_LONGEST_NAME: Final = 100
_LISTED: Final = NameKind.COUNTRY | NameKind.ORGANISATION | NameKind.DEMONYM


@dataclass(frozen=True, slots=True)
class _RulesRecognizer:
    matcher: Matcher

    def recognize(self, document: Document) -> tuple[Mention, ...]:
        """Return who and what is named besides the watched entities, the most frequent first."""
        title_end = len(document.title)
        found: dict[str, list[tuple[ArticleName, Match]]] = {}
        taken = _Taken(self.matcher.mentions(document), document)
        for name in recognized_names(document):
            match = _match_at(document, name, title_end)
            if len(name.name) <= _LONGEST_NAME and not _is_people(name) and not taken.overlaps(match):
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


def recognized_names(document: Document) -> list[ArticleName]:
    """Return every occurrence of a name in title and body, which are read as one text with a line end between them."""
    text = f"{document.title}\n{document.body}"[:_READ]
    article = ArticleWords(text, headline=bool(document.title), is_pair=_is_pair)
    names = names_of(article, gazetteer(), document.language or "en")
    return [name for name in names if name.end <= len(document.title) or name.start > len(document.title)]


def _is_pair(word: str) -> bool:
    """Whether a word is two names joined by a hyphen (Israel-Hamas)."""
    kind = gazetteer().kind
    return not kind(word) and all(kind(part) & _LISTED for part in word.split("-"))


def _is_people(name: ArticleName) -> bool:
    """Whether a name is only an adjective of a people (Israeli)."""
    return name.type is EntityType.OTHER and gazetteer().kind(name.name) & NameKind.DEMONYM != 0


def _match_at(document: Document, name: ArticleName, title_end: int) -> Match:
    if name.start <= title_end:
        return Match(field=Field.TITLE, start=name.start, end=name.end, text=document.title[name.start : name.end])
    start, end = name.start - title_end - 1, name.end - title_end - 1
    return Match(field=Field.BODY, start=start, end=end, text=document.body[start:end])


class _Taken:
    """The ranges of a document in which nothing is recognized: those of watched entities, and asides."""

    def __init__(self, mentions: Iterable[Mention], document: Document) -> None:
        ranges = [(match.field, match.start, match.end) for mention in mentions for match in mention.occurrences]
        ranges += [(Field.BODY, aside.start, aside.end) for aside in document.asides]
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
