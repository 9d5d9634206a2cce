"""What the statements of a story say together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from workers.stories.statement import Statement

_CORE_SHARE: Final = 0.34


@dataclass(slots=True)
class StoryProfile:
    """Of each word, name, full name and leading number, how many of the story's statements have it; of numbers and days, all.

    `idf` and `name_weights` hold the weights that the newest statement with the word had; `bag` are all words as written, in lower case.
    """

    statements: int = 0
    words: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    runs: Counter[tuple[str, ...]] = field(default_factory=Counter)
    lead: Counter[tuple[str, float]] = field(default_factory=Counter)
    idf: dict[str, float] = field(default_factory=dict)
    name_weights: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, set[float]] = field(default_factory=lambda: defaultdict(set))
    days: set[str] = field(default_factory=set)
    bag: set[str] = field(default_factory=set)
    _core: tuple[dict[str, float], float] | None = field(default=None, init=False, compare=False, repr=False)

    def core(self) -> tuple[Mapping[str, float], float]:
        """Return the words that a third of the statements have, with their rarity times their share, and the sum of these."""
        if self._core is None:
            least, words, count = _CORE_SHARE * self.statements, self.words, self.statements
            often = {word: value * words[word] / count for word, value in self.idf.items() if words[word] >= least}
            self._core = often, sum(often.values())
        return self._core

    def copy(self) -> StoryProfile:
        """Return a profile to which statements can be added without changing this one."""
        return StoryProfile(
            statements=self.statements,
            words=Counter(self.words),
            names=Counter(self.names),
            runs=Counter(self.runs),
            lead=Counter(self.lead),
            idf=dict(self.idf),
            name_weights=dict(self.name_weights),
            numbers=defaultdict(set, {role: set(values) for role, values in self.numbers.items()}),
            days=set(self.days),
            bag=set(self.bag),
        )

    def add(self, statement: Statement) -> None:
        """Count another statement of the story."""
        facts, weights = statement.facts, statement.weights
        self._core = None
        self.statements += 1
        self.words.update(weights.idf.keys())
        self.names.update(facts.names.keys())
        self.runs.update(facts.runs)
        self.lead.update(facts.lead)
        self.idf.update(weights.idf)
        self.name_weights.update(weights.names)
        for role, values in facts.numbers.items():
            self.numbers[role] |= values
        self.days |= facts.days
        self.bag |= statement.bag
