"""Find the sentences of an article that are about what a term describes in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from monitor.domain.errors import QueryError
from monitor.domain.match import Document, Field
from workers.language import word_vectors

_SENTENCE: Final = re.compile(r"[^\n.!?。！？]+(?:[.!?。！？]+(?![\s\"'”’»)\]])[^\n.!?。！？]+)*[.!?。！？]*")
_MAX_SENTENCES: Final = 60
"""Sentences of an article that are compared."""
_MIN_LETTERS: Final = 12
_LONGEST: Final = 400
"""Characters of a sentence that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearSentence:
    """A sentence of an article, and how near it is to a topic (at most 1)."""

    field: Field
    start: int
    end: int
    nearness: float


def check_topic(topic: str) -> None:
    """Raise QueryError where topics cannot be compared here, and for one that says too little."""
    if not word_vectors.is_available():
        raise QueryError("`about` needs an extra that is not installed: pip install 'news-monitor[semantic]'", column=0)
    if len(topic.split()) < 2:
        raise QueryError(
            f"a topic of one word is a keyword: expected a phrase such as attacks on aid convoys, found {topic!r}", column=0
        )


class Sentences:
    """The sentences of one article with their vectors, computed when the first topic asks for them."""

    def __init__(self, document: Document) -> None:
        self._spans = list(_sentences(document))
        texts = {Field.TITLE: document.title, Field.BODY: document.body}
        self._vectors = [word_vectors.vector(texts[field][start:end][:_LONGEST]) for field, start, end in self._spans]

    def by_nearness(self, topic: str) -> Sequence[NearSentence]:
        """Return the sentences, the nearest to a topic first."""
        wanted = _topic_vector(topic)
        found = [
            NearSentence(field=field, start=start, end=end, nearness=round(float(one @ wanted), 3))
            for (field, start, end), one in zip(self._spans, self._vectors, strict=True)
        ]
        return sorted(found, key=lambda sentence: -sentence.nearness)


_topic_vector = lru_cache(maxsize=1_000)(word_vectors.vector)


def _sentences(document: Document) -> Iterator[tuple[Field, int, int]]:
    count = 0
    for field, text in ((Field.TITLE, document.title), (Field.BODY, document.body)):
        asides: Sequence[Any] = document.asides if field is Field.BODY else ()
        for found in _SENTENCE.finditer(text):
            start, end = found.start() + len(found[0]) - len(found[0].lstrip()), found.start() + len(found[0].rstrip())
            if end - start < _MIN_LETTERS or any(aside.start < end and start < aside.end for aside in asides):
                continue
            yield field, start, end
            count += 1
            if count == _MAX_SENTENCES:
                return
