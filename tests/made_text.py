"""Write reports of made words, in which words are as frequent as in a language."""

from __future__ import annotations

import random
from datetime import datetime

from monitor.domain.ids import ArticleId
from monitor.domain.word_counts import WordCounts
from workers.stories.facts import extract_facts, passages_of
from workers.stories.statement import Statement, weigh
from workers.stories.vocabulary import Vocabulary

SENTENCES = 30


class Writer:
    """Writes reports in which words are as frequent as in a language and one in eight is a name."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = ["".join(self._rng.choices(letters, k=self._rng.randrange(2, 11))) for _ in range(20_000)]

    def report(self) -> tuple[str, str]:
        """A headline and a text of about 450 words."""
        return self._sentence(9)[:-1], " ".join(self._sentence(15) for _ in range(SENTENCES))

    def _sentence(self, count: int) -> str:
        words = [self._words[int(len(self._words) * self._rng.random() ** 3)] for _ in range(count)]
        shown = [word.capitalize() if self._rng.random() < 0.125 else word for word in words]
        return f"{' '.join(shown).capitalize() if self._rng.random() < 0.5 else ' '.join(shown)}."


def made_statement(title: str, text: str, at: datetime) -> Statement:
    """Return a report as a statement of an English outlet."""
    vocabulary = Vocabulary(WordCounts(), "en")
    facts = extract_facts(title, passages_of(title, text), "en", capitals=vocabulary)
    weights = weigh(facts, vocabulary.idf)
    return Statement(
        article_id=ArticleId(title),
        source="model",
        link=None,
        dated_at=at,
        facts=facts,
        weights=weights,
        title=title,
        text=text,
    )
