"""What has happened to a story of which people have been told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.ids import ArticleId, StoryId


class StoryChange(StrEnum):
    """What has happened to a story.

    It is in one more place (`grew`), has new facts (`developed`), an article no longer says what raised an alert (`withdrawn`), or somebody has
    seen it (`acknowledged`).
    """

    GREW = "grew"
    DEVELOPED = "developed"
    WITHDRAWN = "withdrawn"
    ACKNOWLEDGED = "acknowledged"

    @property
    def notifies(self) -> bool:
        """Whether people are to hear of it; otherwise it only changes the message they have."""
        return self in {StoryChange.DEVELOPED, StoryChange.WITHDRAWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryUpdate:
    """A change of a story by one article. `facts` are short texts such as `12 → 14 dead`; `terms` are those that no longer match."""

    story_id: StoryId
    article_id: ArticleId
    change: StoryChange
    facts: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
