"""Decide what a statement is to the stories before it: a copy, a report, a development, or a story of its own. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from monitor.domain.ids import StoryId
from monitor.domain.relation import Relation, RelationKind
from workers.stories.evidence import MIN_COSINE, EventEvidence, weigh_evidence
from workers.stories.facts import identifiers
from workers.stories.number_roles import MEASURES
from workers.stories.same_words import WordingRelation, compare_wording
from workers.stories.statement import Statement, nearest_of
from workers.stories.story_profile import StoryProfile

THRESHOLD: Final = 0.7
"""Probability of one event from which a statement joins a story."""
_THRESHOLD_ODDS: Final = math.log(THRESHOLD / (1 - THRESHOLD))
_MAYBE_ODDS: Final = 0.0
_SHOWN_VETOES: Final = 3
CERTAIN: Final = 6.0
"""Log odds that stand for the same words, and negated for a fact that differs."""
WORDING_COSINE: Final = 0.2
"""Cosine below which two statements are not in the same words, and need not be aligned."""
_PAIRS: Final = 6
"""Statements of a story whose wording is compared."""


@dataclass(frozen=True, kw_only=True)
class CandidateStory:
    """A story that may be the statement's, with those of its statements that are nearest, nearest first.

    What it says as a whole is read when it is asked for: few stories are near enough.
    """

    story_id: StoryId
    read_profile: Callable[[], StoryProfile]
    statements: Sequence[Statement]

    @cached_property
    def profile(self) -> StoryProfile:
        """What the story says as a whole."""
        return self.read_profile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The relation of a statement, and for each candidate story the log odds that the statement is of its event."""

    relation: Relation
    odds: Mapping[StoryId, float]


def relate(
    new: Statement, candidates: Sequence[CandidateStory], idf: Callable[[str], float], *, same_event: bool = True
) -> Decision:
    """Return what a statement is to the nearest of the candidate stories. A fact that differs speaks louder than likeness.

    Without `same_event` only statements in the same words join a story.
    """
    vetoes: list[str] = []
    odds: dict[StoryId, float] = {}
    worded: tuple[float, Relation] | None = None
    weighed: list[tuple[float, EventEvidence, CandidateStory, Statement]] = []
    for story in candidates:
        nearest, cosine = nearest_of(new, story.statements)
        evidence = weigh_evidence(new, story.profile, cosine, nearest) if cosine >= MIN_COSINE else None
        story_odds = evidence.log_odds() if evidence is not None else -CERTAIN
        found = _compare_wordings(new, story, nearest, idf) if cosine >= WORDING_COSINE or story_odds >= _MAYBE_ODDS else []
        others = [wording.why for wording, _ in found if wording.kind is RelationKind.OTHER] or _other_identifiers(
            new, story, found
        )
        if others:
            vetoes += others
            odds[story.story_id] = -CERTAIN
        elif found:
            relation = _worded(story, *max(found, key=_news_first))
            worded = max(worded or (-1.0, relation), (cosine, relation), key=lambda one: one[0])
            odds[story.story_id] = CERTAIN
        elif evidence is not None:
            odds[story.story_id] = story_odds
            weighed.append((story_odds, evidence, story, nearest))
    if worded is not None:
        return Decision(relation=worded[1], odds=odds)
    best = max(weighed, key=lambda one: one[0], default=None) if same_event else None
    if best is None:
        evidence_lines = tuple(vetoes[:_SHOWN_VETOES]) or ("nothing like it",)
        return Decision(relation=Relation(kind=RelationKind.OTHER, evidence=evidence_lines), odds=odds)
    return Decision(relation=_modelled(new, *best, vetoes), odds=odds)


def _compare_wordings(
    new: Statement, story: CandidateStory, nearest: Statement, idf: Callable[[str], float]
) -> list[tuple[WordingRelation, Statement]]:
    """Return the relations to those statements of a story that are in the same words: the nearest, and those of the same source."""
    compared = [nearest, *(one for one in story.statements if one.source == new.source and one is not nearest)][:_PAIRS]
    return [(wording, one) for one in compared if (wording := compare_wording(new, one, idf)) is not None]


def _other_identifiers(new: Statement, story: CandidateStory, worded: Sequence[object]) -> list[str]:
    """Return why a statement in other words cannot be of a story: both name identifiers, and none is the same."""
    if worded:
        return []
    mine = new.identifiers
    theirs = identifiers((*story.profile.words, *story.profile.names)) if mine else frozenset()
    if not mine or not theirs or mine & theirs:
        return []
    return [f"another identifier: {min(theirs)} → {min(mine)}"]


def _news_first(found: tuple[WordingRelation, Statement]) -> bool:
    return found[0].kind is RelationKind.DEVELOPMENT


def _worded(story: CandidateStory, wording: WordingRelation, nearest: Statement) -> Relation:
    return Relation(
        kind=wording.kind,
        story_id=story.story_id,
        nearest=nearest.article_id,
        changes=(wording.change,) if wording.change else (),
        evidence=(wording.why,),
    )


def _modelled(
    new: Statement, odds: float, evidence: EventEvidence, story: CandidateStory, nearest: Statement, vetoes: Sequence[str]
) -> Relation:
    probability = round(1 / (1 + math.exp(-odds)), 3)
    relation = Relation(kind=RelationKind.OTHER, evidence=(*vetoes[:_SHOWN_VETOES], *evidence.in_words()), probability=probability)
    if odds < _THRESHOLD_ODDS:
        return replace(relation, maybe=story.story_id if odds >= _MAYBE_ODDS else None)
    changes = new_measures(new, story.profile.numbers)
    kind = RelationKind.DEVELOPMENT if changes else RelationKind.REPORT
    return replace(relation, kind=kind, story_id=story.story_id, nearest=nearest.article_id, changes=changes)


def new_measures(new: Statement, known: Mapping[str, set[float]]) -> tuple[str, ...]:
    """Return the leading numbers of dead, hurt, missing or a magnitude that differ from all that the story has: `dead 12 → 14`."""
    return tuple(
        f"{role} {', '.join(f'{number:g}' for number in sorted(known[role]))} → {value:g}"
        for role, value in sorted(new.facts.lead)
        if role in MEASURES and known.get(role) and value not in known[role]
    )
