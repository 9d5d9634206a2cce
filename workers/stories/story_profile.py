"""What the statements of a story say together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from workers.stories.statement import Statement


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
