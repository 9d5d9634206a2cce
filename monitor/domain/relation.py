"""Define what a statement is to the stories before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.ids import ArticleId, StoryId


class RelationKind(StrEnum):
    """The same words (one more outlet), the same event with nothing new, the same event with new facts, or a new story."""

    COPY = "copy"
    REPORT = "report"
    DEVELOPMENT = "development"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a statement is to earlier ones, and why. `story_id` and `nearest` are None for a new story.

    `changes` are the new facts of a development, old → new. `evidence` is in words. `probability` is that of one event, where the model was
    asked. `maybe` is the most likely story of a statement that joined none.
    """

    kind: RelationKind
    story_id: StoryId | None = None
    nearest: ArticleId | None = None
    changes: tuple[str, ...] = ()
    evidence: tuple[str, ...] = field(default=())
    probability: float | None = None
    maybe: StoryId | None = None
