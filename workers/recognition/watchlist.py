"""The recognizer of the watch list: it names the entities that are watched, by the rules of matching."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.match import Document, Mention
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.recognition.recognizer import RecognizerKind


@dataclass(frozen=True, slots=True)
class _WatchlistRecognizer:
    matcher: Matcher

    def recognize(self, document: Document) -> tuple[Mention, ...]:
        return self.matcher.mentions(document)


def _build(_settings: Settings, matcher: Matcher) -> _WatchlistRecognizer:
    return _WatchlistRecognizer(matcher)


WATCHLIST = RecognizerKind(name="watchlist", build=_build)
