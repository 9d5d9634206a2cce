"""What a recognizer is: it names the entities that a document mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.match import Document, Field, Mention
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher


class Recognizer(Protocol):
    """A recognizer that is set up. It is called by one thread at a time, and gives the same result for the same document."""

    def recognize(self, document: Document) -> tuple[Mention, ...]:
        """Return the entities of the document, each name once, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognizerKind:
    """A kind of recognizer, registered under `name` in the entry point group `news_monitor.recognizers`.

    `build` makes a recognizer for these settings and the matcher of their watch list; it is called again when the settings change.
    """

    name: str
    build: Callable[[Settings, Matcher], Recognizer]


def recognize_all(recognizers: Iterable[Recognizer], document: Document) -> tuple[Mention, ...]:
    """Return the mentions of all recognizers; of two with one name the first counts."""
    found: dict[str, Mention] = {}
    for recognizer in recognizers:
        for mention in recognizer.recognize(document):
            found.setdefault(mention.name, mention)
    return tuple(found.values())


def most_telling(mentions: Iterable[Mention], *, limit: int) -> tuple[Mention, ...]:
    """Return at most `limit` mentions: those of the watch list that are not doubtful first, then those of the headline, then the most frequent."""
    return tuple(sorted(mentions, key=_rank)[:limit])


def _rank(mention: Mention) -> tuple[bool, bool, int]:
    in_headline = any(match.field is Field.TITLE for match in mention.occurrences)
    doubtful = bool(mention.occurrences) and all(match.doubtful for match in mention.occurrences)
    return doubtful or not mention.watched, not in_headline, -mention.count
