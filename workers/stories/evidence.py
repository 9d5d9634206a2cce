"""Weigh what speaks for and against a statement in other words being of a story: a logistic model over the story as a whole."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from workers.stories.common_ground import has_enough_in_common, is_short
from workers.stories.number_roles import NUMBER, YEAR
from workers.stories.statement import Statement
from workers.stories.story_profile import StoryProfile

MIN_COSINE: Final = 0.1
MIN_CORE: Final = 0.24
"""Share of what most of a story's statements say that another statement of its event says again, at least, if it is as long as `LONG`."""
LONG: Final = 60
"""Words and names from which a statement has room to say the core again; of a briefer one less is asked."""
OWN_SOURCE: Final = -1.0
"""Log odds added when a source publishes two short statements under different links: rarely does it report one event twice so briefly."""
MIN_WORDS: Final = 6
"""Words and names below which a statement says too little to be of any event but by its very words."""
WEIGHTS: Final = (10.17, -7.90, 5.99, 3.23, 1.99, -0.43, -1.00, 0.93, -1.38, -1.18)
BIAS: Final = -5.77
_NAME_SHARE, _HALF = 0.6, 0.5
_LENGTH_CAP: Final = 40
_NUMBERS_CAP: Final = 6
_SMALL_NUMBER: Final = 12
"""A bare number up to this is in too many reports to say anything."""


class EventEvidence(NamedTuple):
    """The features of a statement beside a story, in the order of `WEIGHTS`.

    `cosine` is to its nearest statement; `known` the share of what is said that the story had said before; `core` the share of what most of
    the story says that is said again; `numbers` the share of numbers in common; `missing_name` the weight of the story's main name that is
    not named; the flags tell of other days, another person or full name, and another leading number. `prior` are log odds by themselves.
    """

    cosine: float
    cosine_squared: float
    known: float
    core: float
    numbers: float
    missing_name: float
    other_days: float
    length: float
    other_name: float
    other_number: float
    prior: float = 0.0

    def log_odds(self) -> float:
        """Return the log odds that the statement is of the story's event; 0 is even."""
        return BIAS + self.prior + sum(weight * value for weight, value in zip(WEIGHTS, self[:-1], strict=True))

    def in_words(self) -> tuple[str, ...]:
        """Return the evidence as short lines for a reader."""
        lines = [
            f"{self.cosine:.0%} alike to the nearest report",
            f"{self.known:.0%} of it was known",
            f"{self.core:.0%} of the story's core is said again",
        ]
        lines += ["numbers in common"] if self.numbers else []
        lines += ["other days"] if self.other_days else []
        lines += ["another full name"] if self.other_name else []
        lines += ["another leading number"] if self.other_number else []
        return tuple(lines)


def weigh_evidence(new: Statement, story: StoryProfile, cosine: float, nearest: Statement) -> EventEvidence | None:
    """Return what speaks for and against `new` being of a story; None if it has too little in common with the nearest statement."""
    if cosine < MIN_COSINE or not has_enough_in_common(new, story, nearest):
        return None
    facts, idf, count = new.facts, new.weights.idf, story.statements
    known = sum(map(idf.__getitem__, filter(story.words.__contains__, idf))) / (sum(idf.values()) or 1.0) / math.sqrt(count)
    often, often_total = story.core()
    core = sum(map(often.__getitem__, filter(idf.__contains__, often))) / (often_total or 1.0)
    mine, theirs = _telling(facts.numbers), _telling(story.numbers)
    missing = max(
        (
            weight / story.names[word]
            for word, weight in story.name_weights.items()
            if word not in facts.names and story.names[word] >= _NAME_SHARE * count
        ),
        default=0.0,
    )
    other_name = any(story.bag.isdisjoint(run) for run in facts.runs) and any(
        often >= _HALF * count and new.bag.isdisjoint(run) for run, often in story.runs.items()
    )
    other_number = (
        bool(facts.lead) and not facts.lead & story.lead.keys() and any(often >= _HALF * count for often in story.lead.values())
    )
    other_days = bool(facts.days and story.days and facts.days.isdisjoint(story.days))
    if (other_days and mine.isdisjoint(theirs)) or core < MIN_CORE * min(1.0, facts.length / LONG) or facts.length < MIN_WORDS:
        return None
    return EventEvidence(
        cosine=cosine,
        cosine_squared=cosine * cosine,
        known=known,
        core=core,
        numbers=len(mine & theirs) / math.sqrt(max(1, len(mine) * min(len(theirs), _NUMBERS_CAP))),
        missing_name=missing / 7,
        other_days=float(other_days),
        length=math.log(1 + min(facts.length, nearest.facts.length, _LENGTH_CAP)),
        other_name=float(other_name),
        other_number=float(other_number),
        prior=OWN_SOURCE if is_short(new, nearest) and new.source == nearest.source and new.link != nearest.link else 0.0,
    )


def _telling(numbers: Mapping[str, Collection[float]]) -> set[float]:
    return {
        value for role, values in numbers.items() if role != YEAR for value in values if value > _SMALL_NUMBER or role != NUMBER
    }
