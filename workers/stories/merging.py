"""Decide whether two stories that a new statement resembles are about one event after all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.domain.relation import RelationKind
from workers.stories.evidence import weigh_evidence
from workers.stories.relate import CERTAIN
from workers.stories.same_words import compare_wording
from workers.stories.statement import Statement, nearest_of
from workers.stories.story_profile import StoryProfile

MERGE_STATEMENTS: Final = 6
"""Statements of each story that are compared with the other story."""
BRIDGE_ODDS: Final = 0.5
"""Log odds of a statement's being of a story, from which merging its own story with that one is considered."""
MERGE_ODDS: Final = 2.5
"""Mean log odds, over statements of both stories, from which two are merged."""
_UNRELATED: Final = -4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCandidate:
    """A story with its newest statements."""

    profile: StoryProfile
    statements: Sequence[Statement]


def is_same_event(one: MergeCandidate, other: MergeCandidate, idf: Callable[[str], float]) -> bool:
    """Return whether two stories are about one event: the statements of each are likely to be of the other."""
    if not one.statements or not other.statements:
        return False
    odds = [story_odds(statement, other, idf) for statement in one.statements]
    odds += [story_odds(statement, one, idf) for statement in other.statements]
    return sum(odds) / len(odds) >= MERGE_ODDS


def story_odds(statement: Statement, story: MergeCandidate, idf: Callable[[str], float]) -> float:
    """Return the log odds that a statement is of a story, between -4 and 6."""
    nearest, cosine = nearest_of(statement, story.statements)
    wording = compare_wording(statement, nearest, idf)
    if wording is not None:
        return -CERTAIN if wording.kind is RelationKind.OTHER else CERTAIN
    evidence = weigh_evidence(statement, story.profile, cosine, nearest)
    return _UNRELATED if evidence is None else max(_UNRELATED, min(CERTAIN, evidence.log_odds()))
