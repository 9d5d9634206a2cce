"""A recognizer called `honorifics`: it names the persons whom a document introduces with Dr or Prof."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from monitor.domain.match import Document, Mention
from monitor.domain.watch import EntityType
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.recognition.recognizer import RecognizerKind

_PERSON = re.compile(r"\b(?:Dr|Prof)\.? ([A-Z][a-z]{1,30}(?: [A-Z][a-z]{1,30})?)")


@dataclass(frozen=True, slots=True)
class HonorificRecognizer:
    """Finds names behind a title."""

    def recognize(self, document: Document) -> tuple[Mention, ...]:
        """Return the persons of the document, the most frequent first."""
        names = Counter(_PERSON.findall(f"{document.title}\n{document.body}"))
        return tuple(Mention(name=name, type=EntityType.PERSON, count=count) for name, count in names.most_common())


def _build(_settings: Settings, _matcher: Matcher) -> HonorificRecognizer:
    return HonorificRecognizer()


KIND = RecognizerKind(name="honorifics", build=_build)
